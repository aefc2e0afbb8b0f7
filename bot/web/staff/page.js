// The staff page: search while typing, open with the keyboard, keep nothing outside this tab.
import { layOut } from "./card.js";
import { DeskError, leave, readCard, readDesk, search } from "./desk.js";
import { make } from "./dom.js";
import { Hits } from "./hits.js";
import { Reader } from "./reader.js";
import * as tab from "./tab.js";

const PAUSE = 70;
const at = (id) => document.getElementById(id);
const field = at("query");
const town = at("town");
const help = at("help");
const reader = new Reader({ open: (topic, query) => openHit({ id: `topic:${topic}`, kind: "topic" }, query), town: () => town.value, fail: say });
const hits = new Hits(at("hits"), field, (hit) => openHit(hit, field.value));
let searched = "";
let running = null;
let pause = 0;
let opened = null;

// Searching

async function find() {
  clearTimeout(pause);
  running?.abort();
  const query = field.value;
  searched = query;
  if (!query.trim()) return showHits({ hits: [], notice: "" }, query);
  running = new AbortController();
  try {
    showHits(await search(query, town.value, running.signal), query);
  } catch (error) {
    if (error.name !== "AbortError") say(error);
  }
}

function showHits(found, query) {
  if (query !== field.value) return;
  hits.show(found.hits);
  tell(found.notice);
  at("status").textContent = found.hits.length ? `候補${found.hits.length}件。1番目は${found.hits[0].title}` : found.notice;
}

function tell(words) {
  at("notice").textContent = words;
  at("notice").hidden = !words;
}

function say(error) {
  const words = error instanceof DeskError ? error.message : "うまく動きませんでした。ページを読み込み直してください。";
  tell(words);
  at("status").textContent = words;
}

// Opening

async function openHit(hit, query, code = town.value) {
  if (hit.kind === "reader") return reader.show(true);
  try {
    const card = await readCard(hit.id, query, code);
    opened = { hit: hit.id, query, town: code, title: card.title, townName: card.town };
    show(card);
    tab.remember(opened);
    showRecent();
    at("card-title").focus();
  } catch (error) {
    say(error);
  }
}

function show(card) {
  at("card").replaceChildren(...layOut(card, (hit) => openHit(hit, "", opened.town)));
  at("card").scrollTop = 0;
}

async function openChosen() {
  if (searched !== field.value || !hits.hits.length) await find();
  if (hits.chosen) await openHit(hits.chosen, field.value);
}

// What this tab remembers

function showRecent() {
  const entries = tab.recent();
  at("recent").hidden = !entries.length;
  at("recent-list").replaceChildren(
    ...entries.map((entry) => {
      const words = [entry.query && entry.query !== entry.title ? `「${entry.query}」` : "", entry.townName].filter(Boolean).join(" ");
      const button = make("button", { type: "button" }, make("span", { class: "title" }, entry.title), words ? make("span", { class: "kind" }, words) : null);
      button.addEventListener("click", () => openHit({ id: entry.hit, kind: "" }, entry.query, entry.town));
      return make("li", {}, button);
    }),
  );
}

at("recent-clear").addEventListener("click", () => {
  tab.forgetRecent();
  showRecent();
  field.focus();
});

// The card reader

at("reader-again").addEventListener("click", () => reader.show(true));

// Keys

const composing = (event) => event.isComposing || event.keyCode === 229;

field.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(find, PAUSE);
});

field.addEventListener("keydown", (event) => {
  if (composing(event)) return;
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in moves) {
    event.preventDefault();
    hits.move(moves[event.key]);
  } else if (event.key === "Escape" && field.value) {
    event.preventDefault();
    field.value = "";
    find();
  }
});

at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  openChosen();
});

field.addEventListener("keydown", (event) => {
  // The form must not be sent by the Enter that ends a conversion.
  if (event.key === "Enter" && composing(event)) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (composing(event) || event.ctrlKey || event.metaKey || help.open) return;
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  const number = /^Digit([1-9])$/.exec(event.code)?.[1] ?? (/^[1-9]$/.test(event.key) ? event.key : null);
  if (number && (event.altKey || (!typing && tab.usesKeys()))) {
    const hit = hits.numbered(Number(number));
    if (hit) {
      event.preventDefault();
      openHit(hit, field.value);
    }
    return;
  }
  if (event.altKey || typing) return;
  if (event.key === "Escape" || (event.key === "/" && tab.usesKeys())) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "?" && tab.usesKeys()) {
    event.preventDefault();
    help.showModal();
  }
});

at("help-open").addEventListener("click", () => help.showModal());
at("help-close").addEventListener("click", () => help.close());
at("keys").checked = tab.usesKeys();
at("keys").addEventListener("change", () => tab.keepKeys(at("keys").checked));

// The desk

town.addEventListener("change", async () => {
  tab.keepTown(town.value);
  await find();
  if (opened) {
    opened.town = town.value;
    try {
      show(await readCard(opened.hit, opened.query, town.value));
    } catch (error) {
      say(error);
    }
  }
});

at("leave").addEventListener("submit", () => tab.forgetTab());

// A page that the browser kept for its "back" button must not outlive the session.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) leave();
});

async function begin() {
  try {
    const desk = await readDesk();
    town.append(...desk.towns.map((each) => make("option", { value: each.code }, each.name)));
    town.value = tab.town() ?? desk.municipality ?? "";
    showRecent();
    await reader.show(false);
    field.focus();
  } catch (error) {
    say(error);
  }
}

begin();
