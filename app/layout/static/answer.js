// The draft of the page being typed stays in this browser until the server has it. Without this script every page works as it is.
"use strict";
(() => {
  const MARK = "antwoord/";
  const form = document.getElementById("survey");
  const main = document.querySelector("main");
  const block = document.getElementById("eerder");
  const worker = navigator.serviceWorker;
  const drafts = () => Object.keys(localStorage).filter((name) => name.startsWith(MARK));
  const forget = (name) => localStorage.removeItem(name);
  const wipe = async () => {
    drafts().forEach(forget);
    sessionStorage.removeItem(MARK);
    (await worker?.getRegistration("/v/"))?.active?.postMessage({ wipe: 1 });
  };

  document.querySelector("[data-exit]")?.addEventListener("click", async (event) => {
    event.preventDefault();
    const away = event.currentTarget.href;
    await Promise.race([wipe().catch(() => {}), new Promise((done) => setTimeout(done, 200))]);
    location.replace(away);
  });
  const about = form?.dataset ?? {};
  if ("wipe" in main.dataset || "shared" in about) return wipe();
  if (main.id === "done") {
    sessionStorage.removeItem(MARK);
    return drafts().forEach(forget);
  }

  const hidden = (name) => form?.elements[name]?.value ?? "";
  const sum = [...hidden("key")].reduce((so, sign) => (Math.imul(so, 31) + sign.charCodeAt()) | 0, 7);
  const id = [MARK + form?.getAttribute("action").split("/")[2], about.page, hidden("_deel"), sum].join("/");
  const read = (name) => JSON.parse(localStorage[name] ?? "{}");
  for (const name of drafts()) {
    const { at, sent } = read(name);
    if (!(Date.now() - at < 864e5) || (sent && name !== id)) forget(name);
  }
  if (!form || "gate" in about) return;

  const fields = () => [...form.elements].filter((field) => field.name && !/hidden|submit|file/.test(field.type));
  const ticks = (field) => /radio|checkbox/.test(field.type);
  const typed = () => fields().filter((field) => (ticks(field) ? field.checked : field.value)).map((field) => [field.name, field.value]);
  const text = JSON.stringify;
  const came = text(typed());
  const mine = new Set();
  const found = read(id);
  const saved = found.sent && found.seen !== hidden("seen"); // the same page again, after the server kept it
  let old = !saved && found.said && text(found.said) !== came && found.said; // not offered yet, or not decided on
  const said = () => (old ? [...typed().filter(([name]) => mine.has(name)), ...old.filter(([name]) => !mine.has(name))] : typed());
  const keep = (sent) => {
    const now = said();
    const [gate, code] = (about.age ?? "").split("=");
    if (text(now) === came || now.some(([name, value]) => name === gate && value !== code)) forget(id);
    else localStorage[id] = text({ at: old ? found.at : Date.now(), said: now, sent, seen: hidden("seen"), key: about.age && hidden("key") });
  };

  if (old && block) block.hidden = false;
  else forget(id);
  block?.addEventListener("click", (event) => {
    const chosen = event.target.closest("button")?.value;
    if (!chosen) return;
    event.preventDefault();
    if (chosen === "verder") {
      const now = said();
      for (const field of fields()) {
        const values = now.filter(([name]) => name === field.name).map(([, value]) => value);
        if (ticks(field)) field.checked = values.includes(field.value);
        else if (values.length) field.value = values[0];
      }
      if (found.key) form.elements.key.value = found.key;
    }
    old = 0;
    block.hidden = true;
    keep();
    main.focus();
  });
  form.addEventListener("input", ({ target }) => {
    mine.add(target.name);
    keep();
  });
  form.addEventListener("submit", () => keep(!old));

  if (about.offline && worker) {
    sessionStorage[MARK] = hidden("key");
    worker.register("/sw.js", { scope: "/v/" }).then(() => worker.ready).then((at) => at.active.postMessage({ keep: about.offline })).catch(() => {});
  }
})();
