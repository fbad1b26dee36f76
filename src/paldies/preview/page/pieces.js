// Draws one message as its customer, or the staff, will have it before them.
import { byId, made } from "./made.js";

const names = { email: "E-mail", sms: "Text message", call: "Call", task: "Call by a person", letter: "Letter" };
const tallest = { phone: 660, desktop: 640 };  // pixels; a longer letter scrolls, as it does on the device
const width = { phone: 375, desktop: 720 };

export function drawn(leg, view, { order, count }) {
  return made("article", { class: `leg ${leg.mistake ? "broken" : leg.kind}`, "aria-label": names[leg.channel] || leg.channel },
    made("header", { class: "by" },
      made("h3", {}, order && count > 1 ? `${order}. ` : "", names[leg.channel] || leg.channel),
      made("span", { class: "file" }, leg.file, leg.language ? ` · ${leg.language}` : "")),
    leg.mistake ? mistake(leg.mistake) : inside(leg, view),
    leg.is_wayless && made("p", { class: "hint" }, "Would not be sent as things stand: something promotional needs a way out, and so public_url in paldies.toml."),
    (leg.hints || []).map(hint => made("p", { class: "hint" }, hint)));
}

export function mistake(one) {
  return made("div", { class: "mistake" },
    made("p", { class: "place" }, one.line ? `${one.file}, line ${one.line}` : one.file),
    made("p", { class: "wrong" }, sentence(one.what)),
    one.excerpt.length && made("pre", { class: "excerpt", tabindex: 0, "aria-label": "The lines around it" },
      one.excerpt.map(line => made("span", { class: line.is_it ? "it" : false },
        made("i", { "aria-hidden": "true" }, String(line.number)), `${line.text}\n`))),
    one.remedy && made("p", { class: "remedy" }, one.remedy));
}

const sentence = said => `${said[0].toUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? "" : "."}`;

function inside(leg, view) {
  switch (leg.kind) {
    case "letter": return letter(leg, view);
    case "bubble": return bubble(leg);
    case "call": return call(leg);
    case "task": return task(leg);
    default: return made("pre", { class: "plain" }, leg.text);
  }
}

function letter(leg, view) {
  const sizes = { both: ["phone", "desktop"], phone: ["phone"], desktop: ["desktop"], text: [] }[view.size];
  return made("div", { class: "letter" },
    made("dl", { class: "inbox" },
      made("dt", {}, "From"), made("dd", {}, leg.from),
      made("dt", {}, "Subject"), made("dd", {}, made("b", {}, leg.subject),
        made("span", { class: "preheader" }, leg.preheader)),
      leg.reply_to && [made("dt", {}, "Replies to"), made("dd", {}, leg.reply_to)],
      leg.attached.length ? [made("dt", {}, "Attached"), made("dd", {}, leg.attached.join(", "))] : []),
    view.size === "text"
      ? made("pre", { class: "plain" }, leg.text)
      : made("div", { class: "devices" }, sizes.map(size => device(leg, size, view.scheme))));
}

function device(leg, size, scheme) {
  const frame = made("iframe", {
    title: `The letter at ${size} width, ${scheme}: ${leg.subject}`,
    sandbox: "allow-same-origin",  // so that its height can be measured; nothing in it may run
    srcdoc: inScheme(leg.html, scheme),
  });
  frame.style.colorScheme = scheme;
  const place = made("div", { class: `device ${size} ${scheme}` }, frame);
  const fit = () => fitted(frame, place, size);
  frame.addEventListener("load", () => {
    fit();
    frame.contentDocument.addEventListener("click", event => {
      const link = event.target.closest("a");
      if (!link) return;
      event.preventDefault();
      byId("news").textContent = `This leads to ${link.href}`;
    });
  });
  new ResizeObserver(fit).observe(place);
  return place;
}

// The page's own media query would ask the computer; the letter is to be seen both ways.
function inScheme(html, scheme) {
  const asked = name => name === scheme ? "(min-width: 0px)" : "(max-width: 0px)";
  return html
    .replace(/\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/g, (_, name) => asked(name))
    .replace(/(<meta name="color-scheme" content=")[^"]*"/, `$1${scheme}"`);
}

function fitted(frame, place, size) {
  const inner = frame.contentDocument?.documentElement;
  const room = place.clientWidth;
  if (!inner || !room) return;
  const wide = size === "phone" ? Math.min(width.phone, room) : width.desktop;
  const scale = Math.min(1, room / wide);
  frame.style.width = `${wide}px`;
  frame.style.height = "10px";  // a frame is never smaller than it was, unless it is made so first
  const high = Math.min(inner.scrollHeight, tallest[size] / scale);
  frame.style.height = `${high}px`;
  frame.style.transform = scale < 1 ? `scale(${scale})` : "";
  place.style.height = `${Math.round(high * scale) + place.offsetHeight - place.clientHeight}px`;
}

function bubble(leg) {
  const many = leg.parts.length;
  return made("div", { class: "phone-screen" },
    made("p", { class: "bubble" }, leg.parts.flatMap((part, place) => [
      place ? made("span", { class: "seam", title: "Here the next message begins" }, `${place + 1}/${many}`) : "",
      part])),
    made("p", { class: "facts" },
      many === 1 ? "1 message" : `${many} messages`, ` · ${leg.units} characters · ${leg.encoding}`,
      leg.foreign ? ` because of ${[...leg.foreign].slice(0, 4).join(" ")}` : "",
      " · ", made("b", {}, leg.price)));
}

function call(leg) {
  const share = Math.min(100, leg.seconds / leg.longest * 100);
  return made("div", { class: "call" },
    made("div", { class: `length ${leg.seconds > leg.longest ? "long" : ""}`, title: `${leg.longest} seconds are the most anybody listens to` },
      made("i", { style: `width:${share}%` })),
    made("p", { class: "facts" }, `About ${leg.seconds} of ${leg.longest} seconds · `, made("b", {}, leg.price)),
    made("div", { class: "said" }, leg.paragraphs.map(words => made("p", {}, words))),
    leg.keys.length
      ? made("dl", { class: "keys" }, leg.keys.map(one => [made("dt", {}, one.key), made("dd", {}, one.does)]))
      : made("p", { class: "facts" }, "No keys: they need public_url in paldies.toml."),
    made("h4", {}, leg.voicemail.length ? `To an answering machine, about ${leg.voicemail_seconds} seconds` : "An answering machine is hung up on."),
    leg.voicemail.length ? made("div", { class: "said recorded" }, leg.voicemail.map(words => made("p", {}, words))) : "");
}

function task(leg) {
  return made("div", { class: "task" },
    made("p", { class: "todo" }, made("i", { "aria-hidden": "true" }), leg.title),
    made("p", { class: "facts" }, [leg.who, leg.phone].filter(Boolean).join(" · ")),
    made("pre", { class: "script" }, leg.script.trimEnd()),
    made("p", { class: "facts" }, "How it went: ", leg.outcomes.map(word => made("span", { class: "chip" }, word))));
}
