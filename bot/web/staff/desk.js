// The server side of the page. Whoever is no longer signed in is led back to the door.
import { forgetTab } from "./tab.js";

const TOKEN = document.querySelector('meta[name="token"]').content;
const AFTER_IDLE = 2000;
let idleSeconds = 0;
let timer = 0;

/** Said to the person as it is. */
export class DeskError extends Error {}

export const readDesk = async () => {
  const desk = await call("/staff/api/desk");
  idleSeconds = desk.idle_seconds;
  waitForIdle();
  return desk;
};
export const readReader = () => call("/staff/api/reader");
export const search = (query, municipality, signal) => call("/staff/api/search", { query, municipality }, signal);
export const readCard = (hit, query, municipality) => call("/staff/api/card", { hit, query, municipality });

export const cardIsGone = async (signal) => (await call("/staff/api/reader/watch", {}, signal)).gone;

/** Has the card on the reader read once. `tell` gets the stages as they come; the report, or null, is returned. */
export async function checkCard(municipality, tell, signal) {
  const reader = (await answered("/staff/api/reader/read", { municipality }, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = lines.pop();
    for (const line of lines.map((text) => JSON.parse(text))) {
      if ("report" in line) return line.report;
      tell(line.stage);
    }
    if (done) return null;
  }
}

/** Forgets what this tab holds and shows the sign-in page. */
export function leave() {
  forgetTab();
  document.querySelector("main").replaceChildren();
  location.replace("/staff");
}

async function call(path, body, signal) {
  return (await answered(path, body, signal)).json().catch(() => ({}));
}

async function answered(path, body, signal) {
  let reply;
  try {
    reply = await fetch(path, {
      method: body ? "POST" : "GET",
      headers: body ? { "Content-Type": "application/json", "X-Staff-Token": TOKEN } : {},
      body: body && JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new DeskError("サーバにつながりません。動いているか確かめて、もう一度試してください。");
  }
  if (reply.status === 401) {
    leave();
    return new Promise(() => {}); // The page is being left: nobody waits for an answer any more.
  }
  if (!reply.ok) {
    const content = await reply.json().catch(() => ({}));
    throw new DeskError(content.error || "答えを用意できませんでした。もう一度試してください。");
  }
  waitForIdle();
  return reply;
}

function waitForIdle() {
  clearTimeout(timer);
  if (idleSeconds) timer = setTimeout(leave, idleSeconds * 1000 + AFTER_IDLE);
}
