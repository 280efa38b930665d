// The workbench by the keyboard: each key presses a button, follows a link or goes to a field that is on the page. Without this script all of them work by hand.
"use strict";
(() => {
  const box = document.getElementById("sneltoetsen");
  if (!box) return;
  const tick = box.querySelector("input");
  const told = box.querySelector("[role=status]");
  const NAME = "wijkstem:sneltoetsen";
  const kept = () => {
    try {
      return localStorage.getItem(NAME);
    } catch {
      return null; // no room in this browser: on, until the page is left
    }
  };
  const show = () => {
    for (const key of document.querySelectorAll("kbd.key")) key.hidden = !tick.checked;
    for (const part of document.querySelectorAll("[data-key]")) {
      if (tick.checked) part.setAttribute("aria-keyshortcuts", part.dataset.key);
      else part.removeAttribute("aria-keyshortcuts");
    }
  };
  const isTyping = (part) => part.matches("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
  const letterOf = (event) => {
    const plain = /^[\x20-\x7e]$/.test(event.key) ? event.key : event.code.replace(/^(Key|Digit)/, ""); // also where the keys write Arabic
    return plain.toLowerCase();
  };
  const use = (part) => {
    if (part.matches("summary")) {
      part.parentElement.open = true;
      (part.parentElement.querySelector("input:not([type=hidden])") ?? part).focus();
    } else if (part.matches("input")) part.focus();
    else part.click();
  };

  tick.checked = kept() !== "uit";
  box.hidden = false;
  show();
  tick.addEventListener("change", () => {
    try {
      localStorage.setItem(NAME, tick.checked ? "aan" : "uit");
    } catch {
      // as above
    }
    show();
    told.textContent = tick.checked ? box.dataset.on : box.dataset.off;
  });
  let isOnItsWay = false; // a key that is held down decides once
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
    if (!tick.checked || isOnItsWay || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    const part = document.querySelector(`[data-key="${CSS.escape(letterOf(event))}"]`);
    if (!part) return;
    event.preventDefault();
    isOnItsWay = part.matches("a, button");
    use(part);
  });
  addEventListener("pageshow", () => (isOnItsWay = false));
  const wrong = document.getElementById("errors");
  if (wrong) wrong.focus();
  else if (/[?&](gedaan|uitspraak)=/.test(location.search)) document.getElementById("nu").focus({ preventScroll: true });
})();
