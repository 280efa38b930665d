// Notes of a table: what is typed stays in this browser until the server has it. Without this script the form posts as any form.
"use strict";
(() => {
  const AGAIN = 15000;
  const PATIENCE = 20000;
  const form = () => document.getElementById("note");
  const value = (fields, name) => (fields.find((field) => field[0] === name) ?? ["", ""])[1];
  const typed = () => [...new FormData(form())].filter(([name]) => name !== "token");
  const isBlank = () => !form().elements.tekst.value.trim();

  // ---- what this browser keeps: drafts (being typed) and the queue (to be sent), apart for each table
  const place = (name) => `wijkstem:${form().dataset.table}:${name}`;
  const read = (name) => {
    try {
      return JSON.parse(localStorage.getItem(place(name))) ?? [];
    } catch {
      return [];
    }
  };
  const keep = (name, notes) => {
    try {
      if (notes.length) localStorage.setItem(place(name), JSON.stringify(notes));
      else localStorage.removeItem(place(name));
      return true;
    } catch {
      return false;
    }
  };
  const without = (name, key) => read(name).filter((note) => value(note, "key") !== key);
  const keepDraft = () => {
    const note = typed();
    keep("drafts", [...without("drafts", value(note, "key")), ...(isBlank() ? [] : [note])]);
  };

  // ---- what a person sees
  const tell = (name, n = "") => {
    const line = document.createElement("p");
    line.className = "note";
    line.textContent = form().dataset[name].replace("#", n);
    document.getElementById("sending").replaceChildren(line);
  };
  const fill = (note) => {
    for (const [name, said] of note) if (name in form().elements) form().elements[name].value = said;
  };
  const newKey = () => {
    const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  const forgive = () => {
    // What was wrong was wrong with the note that just left this form.
    for (const gone of document.querySelectorAll("#errors, #note .wrong")) gone.remove();
    document.getElementById("nu")?.closest("section").remove();
    for (const box of document.querySelectorAll("#note .amiss")) box.classList.remove("amiss");
    for (const field of document.querySelectorAll("#note [aria-describedby]")) {
      const told = field.getAttribute("aria-describedby").split(" ").filter((id) => document.getElementById(id));
      if (told.length) field.setAttribute("aria-describedby", told.join(" "));
      else field.removeAttribute("aria-describedby");
      field.removeAttribute("aria-invalid");
    }
    document.title = document.title.slice(Math.max(0, document.title.indexOf(document.querySelector("h1").textContent)));
  };
  const empty = () => {
    forgive();
    for (const field of form().elements) field.checked = false;
    fill([["tekst", ""], ["plek", ""], ["revision", "0"], ["key", newKey()]]);
    document.getElementById("schrijf").textContent = form().dataset.fresh;
    document.getElementById("leave")?.remove();
    history.replaceState(null, "", form().dataset.home);
    form().elements.tekst.focus();
  };
  const pageIn = (html) => new DOMParser().parseFromString(html, "text/html");
  const swap = (id, page) => {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (old && fresh) old.replaceWith(document.adoptNode(fresh));
  };
  const look = async () => pageIn(await (await fetch(form().dataset.home)).text());

  // ---- sending
  const post = (note) => {
    const body = new URLSearchParams([...note, ["token", form().elements.token.value]]);
    return fetch(form().getAttribute("action"), { method: "POST", redirect: "manual", body, signal: AbortSignal.timeout(PATIENCE) });
  };
  const send = async (note) => {
    const answer = await post(note);
    if (answer.status !== 403) return answer;
    const token = (await look()).querySelector("#note [name=token]"); // the page was open longer than its token lives
    if (token) form().elements.token.value = token.value;
    return token ? post(note) : answer;
  };
  const comeBack = async (note, answer) => {
    // Refused: the server's page has the note in its form, with what must be mended. Never over what is being typed.
    if (!isBlank()) return;
    const page = pageIn(await answer.text());
    if (!page.getElementById("note")) return;
    swap("inhoud", page);
    document.title = page.title;
    keepDraft();
    keep("queue", without("queue", value(note, "key")));
    document.getElementById("errors")?.focus();
  };
  const sendOne = async (note) => {
    const answer = await send(note);
    if (answer.type === "opaqueredirect") {
      keep("queue", without("queue", value(note, "key")));
      return "sent";
    }
    if (answer.status === 422 || answer.status === 409) await comeBack(note, answer);
    return [401, 403, 404].includes(answer.status) ? "closed" : "waiting";
  };
  let isBusy = false;
  let isAskedAgain = false;
  const sendAll = async () => {
    isAskedAgain = isBusy; // a note that was added while others are on their way goes right after them
    if (isBusy || !form() || !read("queue").length) return;
    isBusy = true;
    let last = "waiting";
    try {
      for (const note of read("queue")) last = await sendOne(note);
      if (!read("queue").length && last === "sent") swap("written", await look());
    } catch {
      if (last !== "sent") last = "waiting"; // no connection: they stay where they are
    }
    isBusy = false;
    const n = read("queue").length;
    if (n) tell(last === "closed" ? "closed" : "waiting", n);
    else if (last === "sent") tell("sent");
    if (isAskedAgain) sendAll();
  };

  // ---- what a person does
  document.addEventListener("input", (event) => event.target.form === form() && keepDraft());
  document.addEventListener("submit", (event) => {
    const isNote = event.target === form();
    const isWhole = isNote && form().checkValidity();
    if (!isWhole && navigator.onLine) return; // the server says what is missing
    if (isWhole && !keep("queue", [...read("queue"), typed()])) return; // no room in this browser: as without a script
    event.preventDefault();
    if (!isWhole) {
      tell(isNote ? "incomplete" : "offline");
      return;
    }
    keep("drafts", without("drafts", form().elements.key.value));
    empty();
    tell("waiting", read("queue").length);
    sendAll();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!form() || navigator.onLine || !link || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    tell("offline");
  });
  if (!form()) return;
  addEventListener("online", sendAll);
  setInterval(sendAll, AGAIN);
  const drafts = read("drafts");
  const own = drafts.find((note) => value(note, "key") === form().elements.key.value) ?? (isBlank() ? drafts.at(-1) : undefined);
  if (own && !document.getElementById("errors")) {
    fill(own);
    tell("restored");
  }
  sendAll();
})();
