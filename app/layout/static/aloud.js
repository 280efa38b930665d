/* Reads a page aloud on the device itself: a recording of the survey's own, else a voice that lives on this device; no voice, no button. */
(() => {
  const box = document.querySelector("[data-aloud]"), synth = window.speechSynthesis;
  if (!box) return;
  const words = box.dataset, sign = box.querySelector("template").innerHTML;
  let playing, sound;
  const lang = (part) => part.closest("[lang]").lang.slice(0, 2).toLowerCase();
  const voice = (code) => synth && synth.getVoices().find((one) => one.localService && one.lang.slice(0, 2).toLowerCase() === code);
  const parts = (root) => root.dataset.sound ? [root] : [...root.querySelectorAll(
    "legend,.ask,h1,h2,p:not([hidden],.messages p),li,.choice,.ranked label,.field label")].filter((part) => !part.closest(".tools,.steps,[data-silent]"));
  const may = (list) => list.length && list.every((part) => part.dataset.sound || voice(lang(part)));

  function stop() {
    if (!playing) return;
    if (sound) sound.pause();
    if (synth) synth.cancel();
    playing.setAttribute("aria-pressed", "false");
    playing.setAttribute("aria-label", playing.title = playing.dataset.name);
    playing = sound = null;
  }

  function read(list, button) {
    const part = list.shift();
    if (playing !== button) return;
    if (!part) return stop();
    const on = () => read(list, button);
    if (part.dataset.sound) {
      sound = new Audio(part.dataset.sound);
      sound.onended = on;
      sound.onerror = stop;
      sound.play().catch(stop);
      return;
    }
    const said = new SpeechSynthesisUtterance(part.innerText);
    said.voice = voice(lang(part));
    said.lang = said.voice.lang;
    said.rate = 0.9;
    said.onend = on;
    synth.speak(said);
  }

  function add(root, place, name, list) {
    if (root.dataset.heard || !may(list())) return;
    root.dataset.heard = 1;
    const button = document.createElement("button");
    button.type = "button";
    button.className = place === "append" ? "hear" : "btn tool";
    button.innerHTML = sign;
    button.dataset.name = name;
    if (place === "append") button.setAttribute("aria-label", button.title = name);
    else button.append(name);
    button.setAttribute("aria-pressed", "false");
    button.onclick = () => {
      const mine = playing === button;
      stop();
      if (mine) return;
      playing = button;
      button.setAttribute("aria-pressed", "true");
      button.setAttribute("aria-label", button.title = words.stop);
      read(list(), button);
    };
    root[place](button);
  }

  function offer() {
    add(box, "prepend", words.hear, () => parts(document.querySelector("main")));
    for (const one of document.querySelectorAll(".question")) add(one, "append", words.this, () => parts(one));
    if ("options" in words) for (const one of document.querySelectorAll(".choices:not(.grades) .choice")) {
      const held = document.createElement("div");
      if (one.dataset.heard || !may([one])) continue;
      held.className = "heard";
      one.replaceWith(held);
      held.append(one);
      one.dataset.heard = 1;
      add(held, "append", words.options + ": " + one.innerText, () => [one]);
    }
  }
  offer();
  if (synth) synth.addEventListener("voiceschanged", offer);
  addEventListener("pagehide", stop);
})();
