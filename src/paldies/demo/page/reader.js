// Shows one card in full: the letter, the call, the task, and the story of its order.
const byId = id => document.getElementById(id);
const speakers = { human: "A person answered", unknown: "Somebody answered", fax: "A fax answered" };

export function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const look = async address => (await fetch(address)).json();

export async function open(card) {
  const sheet = byId("sheet");
  sheet.replaceChildren(heading(card), ...await inside(card));
  byId("reader").showModal();
  sheet.scrollTop = 0;
}

function heading(card) {
  return made("div", { class: "heading" },
    made("h2", { id: "title" }, card.kind === "text" ? `Text ${card.title}` : card.title),
    made("p", {}, [card.at, card.where ? `${card.who}, ${card.where}` : card.who, card.order && `order ${card.order}`]
      .filter(Boolean).join(" · ")));
}

async function inside(card) {
  switch (card.kind) {
    case "letter": return letter(card);
    case "call": return [await call(card), await story(card)];
    case "text": return [talk([made("p", { class: "said" }, card.text)]), await story(card)];
    case "task": return [...note(card.text), made("pre", { class: "script" }, card.script), await story(card)];
    default: return [...note(card.text), await story(card)];
  }
}

const note = text => text ? [made("p", { class: "note" }, text)] : [];
const talk = lines => made("div", { class: "talk" }, ...lines);

async function call(card) {
  const one = await look(`/calls/${card.id.slice("call-".length)}`);
  const who = one.by.startsWith("machine") ? "An answering machine" : speakers[one.by] || "";
  const event = text => made("p", { class: "event" }, text);
  return talk([
    event(`Rings ${one.to.slice(0, -4)}••••`),
    event(who ? `${who}, ${one.seconds} s on the line` : card.title),
    ...one.said.map(line => made("p", { class: `said${line.is_recorded ? " recorded" : ""}` },
      line.is_whole ? line.text : `${line.text} …`)),
    ...(one.key ? [event(`Presses ${one.key}`)] : []),
  ]);
}

const sides = { seen: "The letter", text: "Plain text", head: "Headers", story: "The order's story" };

async function letter(card) {
  const mail = await look(`/letters?id=${encodeURIComponent(card.id.slice("letter-".length))}`);
  const body = made("div", { class: "side" });
  const tabs = made("div", { class: "sides", role: "group", "aria-label": "This letter" },
    ...Object.entries(sides).map(([name, title]) => made("button", { type: "button", "data-side": name }, title)));
  const show = async name => {
    for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.side === name));
    body.replaceChildren(await side(name, card, mail));
  };
  tabs.addEventListener("click", event => event.target.dataset.side && show(event.target.dataset.side));
  await show("seen");
  return [tabs, body];
}

async function side(name, card, mail) {
  switch (name) {
    case "text": return made("pre", {}, mail.text);
    case "head": return made("pre", {}, mail.head);
    case "story": return story(card);
    default: return made("iframe", {
      // its links open beside it, where they work
      sandbox: "allow-popups allow-popups-to-escape-sandbox",
      title: `The letter: ${card.title}`,
      srcdoc: mail.html.replace("<head>", '<head><base target="_blank">'),
    });
  }
}

async function story(card) {
  if (!card.order) return made("div");
  const lines = await look(`/orders/${encodeURIComponent(card.order)}`);
  return made("section", { class: "story" }, made("h3", {}, `What happened around order ${card.order}`),
    made("ol", {}, ...lines.map(line => made("li", { class: line.kind },
      made("time", {}, line.at),
      made("b", {}, line.said), line.about ? `, ${line.about}` : "",
      ...(line.more ? [made("span", {}, line.more)] : [])))));
}

byId("reader").addEventListener("click", event => event.target === byId("reader") && byId("reader").close());
