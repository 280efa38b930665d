// The page for when there is no connection: whose answers these are, what waits here, and a file for when this device cannot send it.
"use strict";
(() => {
  const MARK = "antwoord/";
  const form = document.getElementById("survey");
  const board = document.getElementById("stand");
  const pick = document.getElementById("kies");
  const worker = navigator.serviceWorker;

  // A file that was saved before is read into the field: the form itself sends text only.
  pick?.addEventListener("change", async () => (document.getElementById("bestand").value = (await pick.files[0]?.text()) ?? ""));
  if (pick) pick.closest("[hidden]").hidden = false;
  if (!form || !worker || form.elements.key.value) return; // a page of the server's own: it posts as any form

  const survey = form.getAttribute("action").split("/")[2];
  const here = (name) => board.querySelector(`[data-stand=${name}]`);
  const tell = (message) => worker.ready.then((at) => at.active.postMessage(message));
  const came = document.querySelector("h1").textContent;
  let mine = sessionStorage[MARK] ?? "";
  let items = [];
  let open = true; // whether the questions are shown
  let sent; // a response that was sent: told until somebody begins anew

  const show = (name) => {
    for (const part of board.children) part.hidden = part.dataset.stand !== name;
    const head = document.querySelector("h1");
    const title = name && name !== "deels" ? here(name).dataset.title : came;
    document.title = document.title.replace(head.textContent, title);
    head.textContent = title;
    form.hidden = document.getElementById("uitleg").hidden = !open;
    if (!open) forget();
  };
  const forget = () => {
    Object.keys(localStorage).filter((name) => name.startsWith(`${MARK}${survey}/alles/`)).forEach((name) => localStorage.removeItem(name));
    document.getElementById("eerder").hidden = true;
  };
  const fill = (body) => {
    const said = new URLSearchParams(body);
    for (const field of form.elements) {
      if (!said.has(field.name) || field.type === "hidden" || field.type === "submit") continue;
      if (/radio|checkbox/.test(field.type)) field.checked = said.getAll(field.name).includes(field.value);
      else field.value = said.get(field.name);
    }
  };
  const goOn = (key) => {
    form.elements.key.value = sessionStorage[MARK] = mine = key;
    for (const item of items) if (item.key === key && item.state !== "sent") fill(item.body);
  };

  const look = () => {
    const busy = form.dataset.again === "1"; // somebody is filling in: nothing takes the questions away
    const ours = items.filter((item) => item.survey === survey);
    const is = (state) => ours.find((item) => item.state === state && !(busy && state === "sent" && item.key !== form.elements.key.value));
    const whole = ours.find((item) => item.state === "waits" && !/^\d/.test(item.part));
    sent = is("sent") ?? sent;
    if (whole || sent || ours.some((item) => !/^\d/.test(item.part) && item.body)) open = open && busy;
    if (sent) document.getElementById("code").textContent = sent.receipt;
    if (ours.some((item) => item.body) && !mine && !sent && open && !busy) return show("eerder-bezig");
    show(is("look") ? "kijk" : is("closed") ? "dicht" : whole ? "wacht" : sent ? "weg" : ours.length ? "deels" : form.dataset.kept ? "bewaard" : "");
    const place = document.getElementById(location.hash.slice(1));
    if (!board.contains(place)) (open && place ? place : form).before(board);
  };

  const save = () => {
    const bodies = items.filter((item) => item.survey === survey && item.body).map((item) => item.body);
    const file = URL.createObjectURL(new Blob([JSON.stringify({ survey, bodies })], { type: "application/json" }));
    Object.assign(document.createElement("a"), { href: file, download: `antwoorden-${survey}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(file), 60000);
  };
  const hand = () => {
    // The server's own page tells what must be mended, with the words beside it.
    const { body } = items.find((item) => item.survey === survey && item.state === "look");
    const sheet = Object.assign(document.createElement("form"), { method: "post", action: `/v/${survey}/nasturen`, hidden: true });
    for (const [name, value] of new URLSearchParams(body)) sheet.append(Object.assign(document.createElement("textarea"), { name, value }));
    document.body.append(sheet);
    sheet.submit();
  };
  const again = (key) => {
    // Whoever begins here now; what waits for somebody else is sent all the same.
    form.dataset.again = "1";
    form.dataset.kept = "";
    sent = undefined;
    open = true;
    form.reset();
    goOn(key);
    look();
    document.querySelector("main").focus();
  };
  const acts = {
    nu: () => tell({ send: 1 }),
    bestand: save,
    kijk: hand,
    verder: () => again(items.find((item) => item.survey === survey && item.state === "waits").key),
    nieuw: () => again(crypto.randomUUID()),
  };
  form.addEventListener("input", () => (form.dataset.again = "1"));
  board.addEventListener("click", (event) => {
    const act = acts[event.target.closest("button")?.value];
    if (!act) return;
    event.preventDefault();
    act();
  });

  worker.addEventListener("message", ({ data }) => {
    const first = !items.length;
    items = data.items ?? [];
    if (data.stopped) stop();
    if (!form.isConnected) return; // stopped
    if (data.told?.state === "kept") {
      form.dataset.kept = "1";
      here("bewaard").querySelector("a").href = data.told.onward;
    }
    if (first && mine) goOn(mine);
    look();
    if (sent) tell({ drop: sent.id });
  });
  const stop = () => {
    Object.keys(localStorage).filter((name) => name.startsWith(MARK)).forEach((name) => localStorage.removeItem(name));
    sessionStorage.removeItem(MARK);
    tell({ wipe: 1 });
    open = false;
    form.before(board);
    show("gestopt");
    form.remove();
  };

  if (location.hash === "#gestopt") return stop();
  form.elements.key.value = mine || crypto.randomUUID();
  show("");
  const knock = () => tell({ send: 1 });
  knock();
  addEventListener("online", knock);
  setInterval(() => items.some((item) => item.state === "waits") && knock(), 30000);
})();
