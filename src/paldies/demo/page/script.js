// Shows what the daemon has done so far. Asks for the news once a second; everything is put in as text.
"use strict";

const lists = { letters: [], silences: [], staff: [] };
let shown = "letters";   // which list
let reason = "unusual";  // which silences
let opened = "";         // what the reader shows: its hash
let part = "seen";       // which side of a letter

const byId = id => document.getElementById(id);

function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// ── the list ──────────────────────────────────────────────────────────────

const languages = { lv: "Latvian", ru: "Russian", en: "English" };
const spoken = locale => languages[locale.slice(0, 2)] || locale;
const readable = why => why.replace(/_/g, " ").replace(/ \/ (\d) /, ": ");

const rowOf = {
  letters: (one, number) => row(`#letter-${number}`, one.at, one.who, one.subject,
    [spoken(one.locale), readable(one.why)], ""),
  silences: (one, number) => row(`#silence-${number}`, one.at, one.who, one.sentence,
    [`order ${one.order}`, readable(one.why)], one.what),
  staff: (one, number) => row(`#note-${number}`, one.at, "The shop's staff", one.subject, [], ""),
};

function row(hash, at, who, line, chips, mark) {
  const link = made("a", { href: hash },
    made("span", { class: "first" }, made("b", {}, who), made("time", {}, at)),
    made("p", { class: "second" }, line),
    made("span", { class: "third" },
      ...(mark ? [made("span", { class: "chip not" }, mark)] : []),
      ...chips.filter(Boolean).map(text => made("span", { class: "chip" }, text))));
  if (hash === opened) link.setAttribute("aria-current", "true");
  return made("li", {}, link);
}

// Most orders leave their buyer nothing to do: that no reminder goes then would drown the rest.
const belongs = one => shown !== "silences" || !reason
  || (reason === "unusual" ? one.reason !== "not_wanted" : one.reason === reason);

function showList() {
  const rows = lists[shown].map((one, number) => [one, number]).filter(([one]) => belongs(one));
  byId("rows").replaceChildren(...rows.reverse().map(([one, number]) => rowOf[shown](one, number)));
  byId("empty").hidden = rows.length > 0;
  byId("filter").hidden = shown !== "silences";
  for (const name of Object.keys(lists))
    byId(`tab-${name}`).setAttribute("aria-pressed", String(name === shown));
}

// New rows come in on top; whoever has scrolled down keeps their place.
function grow(name, news) {
  const from = lists[name].length;
  lists[name].push(...news);
  if (name !== shown || !news.length) return;
  const list = byId("list"), before = list.scrollHeight;
  news.forEach((one, index) => { if (belongs(one)) byId("rows").prepend(rowOf[name](one, from + index)); });
  byId("empty").hidden = byId("rows").children.length > 0;
  if (list.scrollTop > 8) list.scrollTop += list.scrollHeight - before;
}

// ── the news ──────────────────────────────────────────────────────────────

let failures = 0;

async function askForNews() {
  if (document.hidden) return;
  try {
    const known = `letters=${lists.letters.length}&silences=${lists.silences.length}&staff=${lists.staff.length}`;
    const news = await (await fetch(`/news?${known}`)).json();
    failures = 0;
    for (const name of Object.keys(lists)) grow(name, news[name]);
    byId("clock").textContent = news.clock;
    byId("pace").textContent = news.is_over ? "in Rīga: the month is over" : "in Rīga, running fast";
    byId("orders").textContent = news.orders;
    byId("waiting").textContent = news.waiting;
    byId("sent").textContent = lists.letters.length;
    byId("silent").textContent = lists.silences.length;
    showReasons(news.reasons);
  } catch {
    failures += 1;
    if (failures > 2) byId("pace").textContent = "in Rīga: the demo has ended, this page stays as it was";
  }
}

function showReasons(reasons) {
  const select = byId("reasons");
  for (const { word, sentence, count } of reasons) {
    let option = [...select.options].find(one => one.value === word);
    if (!option) select.append(option = made("option", { value: word }));
    const text = `${sentence} (${count})`;
    if (option.textContent !== text) option.textContent = text;
  }
}

async function keepAsking() {
  await askForNews();
  setTimeout(keepAsking, 1000);
}

// ── the reader ────────────────────────────────────────────────────────────

const sides = { seen: "The letter", text: "Plain text", head: "Headers", story: "Order's story" };

async function open() {
  const [kind, number] = location.hash.slice(1).split("-");
  opened = location.hash;
  document.body.classList.toggle("reading", Boolean(kind));
  for (const link of byId("rows").querySelectorAll("a"))
    link.getAttribute("href") === opened
      ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  const one = { letter: lists.letters, note: lists.staff, silence: lists.silences }[kind]?.[number];
  if (!one) welcome();
  else if (kind === "letter") await openLetter(one, await look(`/letters/${number}`));
  else if (kind === "note") openNote(one, await look(`/staff/${number}`));
  else await openSilence(one);
  if (kind) byId("reader").focus({ preventScroll: true });
}

const look = async address => (await fetch(address)).json();

async function openLetter(letter, mail) {
  const body = made("div", { style: "display: contents" });
  const tabs = made("div", { class: "tabs sheet-tabs", role: "group", "aria-label": "This letter" },
    ...Object.entries(sides).map(([name, title]) => made("button", { type: "button", "data-part": name }, title)));
  const show = async () => {
    for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.part === part));
    body.replaceChildren(...await side(letter, mail));
  };
  tabs.addEventListener("click", event => {
    if (event.target.dataset.part) { part = event.target.dataset.part; show(); }
  });
  byId("sheet").replaceChildren(
    heading(letter.subject, [`${letter.at} in Rīga, from ${mail.from}`, `to ${letter.who} <${letter.to}>`],
      [`order ${letter.order}`, readable(letter.why), spoken(letter.locale)]),
    tabs, body);
  await show();
}

async function side(letter, mail) {
  switch (part) {
    case "text": return [made("pre", {}, mail.text)];
    case "head": return [made("p", { class: "hint" }, "As they came over the wire. Date is the real one: only the demo's clock runs fast."),
      made("pre", {}, mail.head)];
    case "story": return [await story(letter.order)];
    default: return [made("iframe", { sandbox: "", title: `The letter: ${letter.subject}`, srcdoc: mail.html })];
  }
}

function openNote(note, mail) {
  byId("sheet").replaceChildren(heading(note.subject, [`${note.at} in Rīga`, `to ${note.to}`], []),
    made("pre", {}, mail.text));
}

async function openSilence(silence) {
  byId("sheet").replaceChildren(
    heading(`${silence.sentence}.`, [`${silence.at} in Rīga: nothing was sent to ${silence.who}`, silence.note],
      [`order ${silence.order}`, readable(silence.why), silence.what]),
    await story(silence.order));
}

function heading(title, lines, chips) {
  return made("div", { class: "heading" }, made("h2", {}, title),
    ...lines.filter(Boolean).map(line => made("p", {}, line)),
    made("div", { class: "chips" }, ...chips.map(text => made("span", { class: "chip" }, text))));
}

const happened = {
  "order.placed": "The order is placed", "order.paid": "It is paid", "order.shipped": "It is on its way",
  "order.delivered": "It is delivered", "order.cancelled": "The order is cancelled",
  "order.refunded": "The money goes back", "order.part_refunded": "A part of the money goes back",
};

async function story(order) {
  const entries = await look(`/orders/${encodeURIComponent(order)}`);
  return made("ol", { class: "story" }, ...entries.map(entry => made("li", { class: entry.kind },
    made("time", {}, entry.at), ...told(entry))));
}

function told(entry) {
  const step = entry.why ? `${readable(entry.why)}` : "";
  switch (entry.kind) {
    case "order": return [made("b", {}, happened[entry.what] || entry.what),
      made("span", {}, entry.what === "order.placed" ? ` · ${entry.amount}, ${entry.city}` : "")];
    case "letter": return [made("b", {}, "Sent"), made("span", {}, ` · ${step}`)];
    case "later": return [made("b", {}, entry.until ? `Not before ${entry.until}` : "Later"),
      made("span", {}, ` · ${step}. ${entry.sentence}.`)];
    default: return [made("b", {}, "Not sent"), made("span", {}, ` · ${step}. ${entry.sentence}.`)];
  }
}

function welcome() {
  byId("sheet").replaceChildren(made("div", { class: "welcome" },
    made("h2", {}, "Choose a letter to read it as the customer does"),
    made("p", {}, "Orders arrive in the shop's own database. The daemon reads them there, decides at the last moment what to say to whom, in whose language and at what hour, and sends it through a real mail server on this machine."),
    made("p", {}, "What it keeps to itself is listed under “Not sent, and why”: each silence with its one reason.")));
}

// ── the beginning ─────────────────────────────────────────────────────────

for (const name of Object.keys(lists))
  byId(`tab-${name}`).addEventListener("click", () => { shown = name; showList(); byId("list").scrollTop = 0; });
byId("reasons").addEventListener("change", event => { reason = event.target.value; showList(); });
addEventListener("hashchange", open);
askForNews().then(open).then(() => setTimeout(keepAsking, 1000));
