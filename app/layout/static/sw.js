// Keeps one page of an opened survey for when there is no connection, and what could not be sent until it can be. Network first, always.
"use strict";
const SHELF = "antwoord/";
const OFF = "zonder-verbinding";
const PATIENCE = 15000;
const DAY = 864e5;
const LONGEST = 60 * DAY; // nothing stays on a device for ever

// ---- what waits here
async function waiting(mode, act) {
  const db = await new Promise((yes, no) => {
    const asked = indexedDB.open("antwoord", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("wacht", { keyPath: "id" });
    asked.onsuccess = () => yes(asked.result);
    asked.onerror = () => no(asked.error);
  });
  try {
    return await new Promise((yes, no) => {
      const change = db.transaction("wacht", mode);
      const asked = act(change.objectStore("wacht"));
      change.oncomplete = () => yes(asked.result);
      change.onerror = change.onabort = () => no(change.error);
    });
  } finally {
    db.close();
  }
}
const all = async () => (await waiting("readonly", (shelf) => shelf.getAll())).sort((one, other) => one.at - other.at);
const put = (item) => waiting("readwrite", (shelf) => shelf.put(item));
const drop = (id) => waiting("readwrite", (shelf) => shelf.delete(id));

async function wipe() {
  for (const name of await caches.keys()) if (name.startsWith(SHELF)) await caches.delete(name);
  await new Promise((done) => Object.assign(indexedDB.deleteDatabase("antwoord"), { onsuccess: done, onerror: done, onblocked: done }));
  await self.registration.unregister();
}

async function tell(more) {
  const items = await all();
  for (const page of await clients.matchAll({ includeUncontrolled: true, type: "window" })) {
    if (new URL(page.url).pathname.startsWith("/v/")) page.postMessage({ items, ...more });
  }
}

// ---- sending, one after the other; what the server took is gone from here, what a person must look at stays
let sending = null;
const send = () => (sending ??= sendAll().finally(() => (sending = null)));

async function sendAll() {
  for (const item of await all()) {
    const age = Date.now() - item.at;
    if (age > LONGEST || (item.state === "sent" && age > DAY)) await drop(item.id);
    if (age > LONGEST || item.state === "sent" || item.state === "look") continue;
    const answer = await soon(
      fetch(`/v/${item.survey}/nasturen`, {
        method: "POST", body: item.body, headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      }),
    );
    if (answer.status === 503 || !/json/.test(answer.headers.get("content-type"))) break;
    const told = await answer.json();
    const now = (await all()).find(({ id }) => id === item.id);
    if (now?.body !== item.body) continue; // changed or erased meanwhile
    if (told.state === "stopped") {
      await tell({ stopped: 1 });
      return wipe();
    }
    if (told.state === "kept") await drop(item.id);
    else if (told.state === "sent") await put({ ...item, ...told, body: "", at: Date.now() });
    else await put({ ...item, state: told.state === "closed" ? "closed" : "look", final: told.state === "differs" });
    await tell({ told });
  }
}

const soon = (answer) => Promise.race([answer, new Promise((_, no) => setTimeout(no, PATIENCE))]);

// ---- going from page to page
async function travel(request, survey, part) {
  const body = request.method === "POST" ? await request.clone().text() : "";
  try {
    await Promise.race([send(), new Promise((done) => setTimeout(done, 3000))]).catch(() => {}); // first what waits, so that a page shows it
    const here = body ? [] : (await all().catch(() => [])).filter((item) => item.survey === survey);
    if (part === OFF && here.length) return offPage(survey); // it tells how that went
    if (!part && here.some((item) => item.state === "sent")) return Response.redirect(`/v/${survey}/${OFF}`);
    const answer = await soon(fetch(request));
    if (body) await settle(idOf(new URLSearchParams(body), part), answer).catch(() => {});
    return answer;
  } catch {
    return body ? stay(survey, part, body) : offPage(survey);
  }
}

// A page that was kept is gone from here, however it got there; so is what can change no more, once a person was told.
async function settle(id, answer) {
  const item = (await all()).find((one) => one.id === id);
  if (item && (answer.type === "opaqueredirect" || (answer.status === 409 && item.final))) await drop(id);
}

const idOf = (said, part) => `${said.get("key")}/${said.get("deel") ?? part}`;
const offPage = async (survey) => (await caches.match(`/v/${survey}/${OFF}`, { ignoreVary: true })) ?? Response.error();

async function stay(survey, part, body) {
  const page = await offPage(survey);
  if (!page.ok) return page; // what was typed is still in the draft
  const said = new URLSearchParams(body);
  const off = `/v/${survey}/${OFF}`;
  const [, gate, code] = (await page.clone().text()).match(/data-age="(\w+)=(\w+)"/) ?? [];
  if (said.has(gate) && said.get(gate) !== code) {
    await waiting("readwrite", (shelf) => shelf.clear());
    return Response.redirect(`${off}#gestopt`, 303);
  }
  if (!/^(\d+|nasturen|controle)$/.test(part)) return Response.redirect(off, 303);
  if (part !== "nasturen") {
    said.set("deel", part);
    said.set("spraak", new URL(page.url).searchParams.get("taal"));
  }
  await put({ id: idOf(said, part), survey, part: said.get("deel") ?? part, key: said.get("key"), body: `${said}`, at: Date.now(), state: "waits" });
  await self.registration.sync?.register("antwoord").catch(() => {});
  const next = +part + (said.has("_deel") ? 0 : said.get("actie") === "terug" ? -1 : 1);
  return Response.redirect(off + (next ? `#deel-${next}` : ""), 303);
}

// ---- the one page that is kept of a survey, with what it needs
async function shelve(address) {
  const url = new URL(address, location.origin);
  const name = SHELF + url.pathname.split("/")[2];
  const there = await caches.match(url.pathname, { ignoreVary: true });
  if (there?.url === url.href && Date.now() - Date.parse(there.headers.get("date")) < DAY) return;
  const page = await fetch(url, { credentials: "omit" });
  const needed = [...new Set((await page.clone().text()).match(/\/static\/[^"]+/g))];
  const files = await Promise.all(needed.map((file) => fetch(file)));
  if (![page, ...files].every((answer) => answer.ok)) return;
  await caches.delete(name);
  const shelf = await caches.open(name);
  await Promise.all([page, ...files].map((answer, nth) => shelf.put(nth ? needed[nth - 1] : url.pathname, answer)));
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
self.addEventListener("sync", (event) => event.waitUntil(send()));
self.addEventListener("message", (event) => {
  const { data } = event;
  const act = data.wipe ? wipe() : data.keep ? shelve(data.keep) : data.drop ? drop(data.drop) : tell().then(() => data.send && send());
  event.waitUntil(act.catch(() => {}));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const [, room, survey, part = ""] = url.pathname.split("/");
  const ours = request.method === "GET" || request.referrer.startsWith(location.origin); // another site's form is not helped along
  if (request.mode === "navigate" && room === "v" && survey && ours) event.respondWith(travel(request, survey, part));
  else if (room === "static") event.respondWith(caches.match(request, { ignoreVary: true }).then((file) => file ?? fetch(request)));
});
