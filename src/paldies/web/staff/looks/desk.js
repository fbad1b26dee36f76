// Keys for whoever likes them, and who has taken what; everything works without.
"use strict";

const rows = () => [...document.querySelectorAll("[data-row]")];
const shortcuts = document.getElementById("keys");
const remembered = "desk keys";
const OFTEN = 8000; // milliseconds between two looks at what colleagues have taken

function areKeysOn() {
  return shortcuts && shortcuts.checked;
}

function move(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("here"));
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  all.forEach((row) => row.classList.toggle("here", row === next));
  const link = next.querySelector("a");
  if (link) link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function act(event) {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && typing) return typing.blur();
  if (!areKeysOn() || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const deeds = {
    j: () => move(1),
    k: () => move(-1),
    n: () => document.querySelector("[data-key=n]")?.click(),
    "/": () => document.getElementById("q")?.focus(),
  };
  if (deeds[event.key]) {
    event.preventDefault();
    deeds[event.key]();
  }
}

async function showTaken() {
  const marked = document.querySelectorAll("[data-subject]");
  if (!marked.length || document.hidden) return;
  try {
    const answer = await fetch("/desk/taken", { credentials: "same-origin" });
    if (!answer.ok) return;
    const taken = await answer.json();
    for (const row of marked) {
      const place = row.querySelector("[data-taken]");
      const said = taken[row.dataset.subject] || "";
      if (place && place.textContent.trim() !== "you have it" && place.textContent.trim() !== said) {
        place.textContent = said;
      }
    }
  } catch {
    // the next look may fare better
  }
}

let typed; // the preview follows the writing, after a pause
function preview() {
  clearTimeout(typed);
  typed = setTimeout(() => {
    const form = document.getElementById("edit");
    if (form && form.elements.body.value.trim()) form.requestSubmit(document.getElementById("preview"));
  }, 900);
}

document.addEventListener("keydown", act);
if (shortcuts) {
  shortcuts.closest("label").hidden = false;
  shortcuts.checked = localStorage.getItem(remembered) !== "off";
  shortcuts.addEventListener("change", () => localStorage.setItem(remembered, shortcuts.checked ? "on" : "off"));
}
if (document.querySelector("[data-taken]")) setInterval(showTaken, OFTEN);
document.getElementById("edit")?.addEventListener("input", preview);
