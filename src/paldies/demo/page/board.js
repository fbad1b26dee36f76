// Fills the four columns with what the daemon has done so far. Everything is put in as text.
import { made, open } from "./reader.js";

const KEPT = 400;  // cards a column: more than anybody scrolls through
const languages = { lv: "Latvian", ru: "Russian", en: "English" };
const signs = { letter: "✉", call: "☎", text: "✆", answer: "", case: "!", wish: "✋", no: "" };
const byId = id => document.getElementById(id);
const columns = ["letters", "telephone", "staff", "quiet"];
const lists = Object.fromEntries(columns.map(name => [name, byId(name).querySelector("ul")]));
const shown = new Map();  // a card's id → its place in the list

let until = 0;
let failures = 0;

function put(card) {
  const item = made("li", { class: `card ${card.kind} ${card.tone}` }, face(card));
  const before = card.id && shown.get(card.id);
  if (before) before.remove();
  if (card.id) shown.set(card.id, item);
  const list = lists[card.column];
  const height = list.scrollHeight;
  list.prepend(item);
  if (list.scrollTop > 8) list.scrollTop += list.scrollHeight - height;  // whoever has scrolled keeps their place
  while (list.children.length > KEPT) list.lastElementChild.remove();
}

function face(card) {
  const button = made("button", { type: "button" },
    made("span", { class: "first" }, made("b", {}, card.who),
      made("time", {}, card.at)),
    ...body(card));
  button.addEventListener("click", () => open(card));
  return button;
}

function body(card) {
  const title = made("span", { class: "title" }, sign(card), card.title);
  const text = card.text ? [made("span", { class: "text" }, card.text)] : [];
  switch (card.kind) {
    case "letter": return [title, ...text, chips(card.where, languages[card.locale], card.about)];
    case "text": return [made("span", { class: "bubble" }, card.text),
      made("span", { class: "state" }, `Text ${card.title}`)];
    case "call": return [title, ...text, chips(card.where, languages[card.locale])];
    case "task": return [made("span", { class: "title" }, made("i", { class: "box", "aria-hidden": "true" }), card.title),
      ...text];
    case "no": return [made("span", { class: "about" }, `${card.about}, ${card.way}`), title, ...text];
    default: return [title, ...text];
  }
}

const sign = card => made("i", { "aria-hidden": "true" }, signs[card.kind] || "");
const chips = (...texts) => made("span", { class: "chips" },
  ...texts.filter(Boolean).map(text => made("span", {}, text)));

async function ask() {
  if (document.hidden) return;
  try {
    const news = await (await fetch(`/news?since=${until}`)).json();
    failures = 0;
    until = news.until;
    news.cards.forEach(put);
    byId("clock").textContent = news.clock;
    byId("orders").textContent = news.orders;
    byId("ticker").textContent = news.is_over ? "The month is over. Everything stays here to be read." : news.ticker;
    byId("pace").textContent = news.is_over ? "in Rīga: the end" : "in Rīga, running fast";
    for (const [name, count] of Object.entries(news.counts))
      for (const place of document.querySelectorAll(`[data-count="${name}"]`)) place.textContent = count;
    showDays(news);
  } catch {
    failures += 1;
    if (failures > 2) byId("pace").textContent = "in Rīga: the demo has ended, this page stays as it was";
  }
}

function showDays({ days, share }) {
  const bar = byId("days");
  if (!bar.children.length)
    bar.append(...Array.from({ length: days }, (_, day) => made("i", { class: day % 7 > 4 ? "weekend" : "" })));
  [...bar.children].forEach((day, number) =>
    day.style.setProperty("--done", Math.min(1, Math.max(0, share * days - number))));
  bar.setAttribute("aria-valuenow", Math.round(share * 100));
}

async function keepAsking() {
  await ask();
  setTimeout(keepAsking, 700);
}

for (const tab of document.querySelectorAll(".tabs button"))
  tab.addEventListener("click", () => {
    byId("board").dataset.shown = tab.dataset.column;
    for (const one of document.querySelectorAll(".tabs button"))
      one.setAttribute("aria-pressed", String(one === tab));
  });
keepAsking();
