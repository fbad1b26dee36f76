// Keeps the page as the folder is: asks whether anything was saved, and draws again what has changed.
import { byId, made } from "./made.js";
import { drawn, mistake } from "./pieces.js";

const EVERY = 250;  // milliseconds between two questions whether anything was saved
const form = byId("controls");
const address = new URLSearchParams(location.search);
const languages = { en: "English", lv: "Latvian", ru: "Russian", lt: "Lithuanian", et: "Estonian", de: "German", fr: "French", es: "Spanish", uk: "Ukrainian", pl: "Polish", fi: "Finnish" };
const isRoomy = matchMedia("(min-width: 1180px)");

const chosen = {
  campaign: address.get("campaign") || "",
  order: address.get("order") || "",
  locale: address.get("locale") || "",
  size: address.get("size") || (isRoomy.matches ? "both" : "phone"),
  scheme: address.get("scheme") || "light",
};
let state = "";
let told = null;  // what was answered last
let lost = 0;
let shown = new Map();  // step/channel → what was drawn of it, and from what
let drawnPlaces = "";
let asking = 0;

async function load({ isSaved = false } = {}) {
  const mine = ++asking;
  const query = new URLSearchParams({ order: chosen.order, locale: chosen.locale });
  const answer = await fetch(`campaigns/${encodeURIComponent(chosen.campaign)}?${query}`);
  const answered = await answer.json();
  if (mine !== asking) return;  // something else was chosen meanwhile
  told = answer.ok ? answered : null;
  if (!told) {
    state = "";
    forget();
    byId("mistakes").replaceChildren(made("p", { class: "nothing" }, answered.detail));
    return;
  }
  state = told.state;
  showHead();
  const changed = showSteps({ isSaved });
  if (isSaved) say(changed ? `Saved. ${changed === 1 ? "One message has" : `${changed} messages have`} changed.` : "Saved.");
}

function showHead() {
  document.title = `${told.title}: preview`;
  byId("title").textContent = told.title;
  byId("about").textContent = told.begins ? `Begins when ${told.begins}. ${told.expects}` : told.expects;
  options(form.campaign, told.campaigns.map(name => [name, name]), chosen.campaign);
  options(form.locale, [["", `The customer's (${languages[told.language] || told.language})`],
    ...told.languages.map(tag => [tag, languages[tag] || tag])], chosen.locale);
}

// What has not changed stays where it is: a frame that is moved loads its letter anew.
function showSteps({ isSaved = false } = {}) {
  const places = told.steps.map(step => [step.name, step.legs.map(leg => leg.channel)]);
  const isAlike = JSON.stringify(places) === drawnPlaces;
  drawnPlaces = JSON.stringify(places);
  let changed = 0;
  const sections = told.steps.map((step, number) => {
    const legs = step.legs.map((leg, place) => shownLeg(leg, `${step.name}/${leg.channel}`, place, step.legs.length, isSaved));
    changed += legs.filter(leg => leg.classList.contains("fresh")).length;
    const section = isAlike ? byId("steps").children[number] : made("section", { id: `step-${step.name}`, tabindex: -1 },
      made("div"), made("div", { class: "legs" }, legs));
    section.className = step.is_wanted ? "step" : "step unwanted";
    section.firstElementChild.replaceWith(when(step));
    return section;
  });
  byId("mistakes").replaceChildren(...told.mistakes.map(one => made("div", { class: "leg broken apart" }, mistake(one))));
  if (!isAlike) byId("steps").replaceChildren(...sections);
  return changed;
}

function shownLeg(leg, key, place, count, isSaved) {
  const view = { size: chosen.size, scheme: chosen.scheme };
  const source = JSON.stringify([leg, leg.kind === "letter" ? view : "", place, count]);
  const old = shown.get(key);
  if (old?.source === source) {
    old.element.classList.remove("fresh");
    return old.element;
  }
  const element = drawn(leg, view, { order: place + 1, count });
  if (old) {
    if (isSaved) element.classList.add("fresh");
    old.element.replaceWith(element);
  }
  shown.set(key, { source, element });
  return element;
}

function when(step) {
  return made("div", { class: "when" },
    made("h2", {}, step.title),
    made("p", { class: "comes" }, step.comes),
    made("p", { class: "name" }, step.name, step.purpose && made("span", { class: `chip ${step.purpose}` }, step.purpose)),
    step.conditions.map(said => made("p", { class: "condition" }, said)),
    step.is_wanted ? "" : made("p", { class: "condition not" }, "This order would not get it."));
}

function options(select, pairs, value) {
  const wanted = JSON.stringify(pairs);
  if (select.dataset.pairs !== wanted) {
    select.replaceChildren(...pairs.map(([id, label]) => made("option", { value: id }, label)));
    select.dataset.pairs = wanted;
  }
  select.value = value;
}

function forget() {
  shown = new Map();
  drawnPlaces = "";
  byId("steps").replaceChildren();
}

async function showOrders() {
  const orders = await (await fetch("orders")).json();
  const group = (label, list) => made("optgroup", { label }, list.map(one => made("option", { value: one.id }, one.label)));
  const [real, samples] = [orders.filter(one => one.is_real), orders.filter(one => !one.is_real)];
  form.order.replaceChildren(group("Made up", samples), ...(real.length ? [group("Your latest orders", real)] : []));
  form.order.value = chosen.order;
}

function say(words) {
  byId("news").textContent = words;
  setTimeout(() => byId("news").textContent === words && (byId("news").textContent = ""), 4000);
}

async function ask() {
  if (!document.hidden) {
    try {
      const news = await (await fetch("saved")).json();
      if (lost > 2) say("Here again.");
      lost = 0;
      if (news.state !== state) await load({ isSaved: state !== "" });
    } catch {
      lost += 1;
      if (lost > 2) byId("news").textContent = "The preview has ended. This page stays as it was; start it again with paldies templates preview.";
    }
  }
  setTimeout(ask, EVERY);
}

form.addEventListener("change", event => {
  chosen[event.target.name] = event.target.value;
  for (const [name, value] of Object.entries(chosen)) value ? address.set(name, value) : address.delete(name);
  history.replaceState(null, "", `?${address}`);
  if (event.target.name === "campaign") forget();
  if (told && ["size", "scheme"].includes(event.target.name)) showSteps();
  else load();
});
form.addEventListener("submit", event => event.preventDefault());

// j and k go from step to step, as in many mail programs.
addEventListener("keydown", event => {
  if (!"jk".includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, input[type=text]")) return;
  const steps = [...document.querySelectorAll(".step")];
  const now = steps.findLastIndex(step => step.getBoundingClientRect().top < 160);
  const next = steps[Math.min(steps.length - 1, Math.max(0, now + (event.key === "j" ? 1 : -1)))];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "start" });
});

form.size.value = chosen.size;
form.scheme.value = chosen.scheme;
await Promise.all([showOrders(), load()]);
const first = address.get("step") && byId(`step-${address.get("step")}`);
if (first) first.scrollIntoView();
ask();
