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

/** Forgets what this tab holds and shows the sign-in page. */
export function leave() {
  forgetTab();
  document.querySelector("main").replaceChildren();
  location.replace("/staff");
}

async function call(path, body, signal) {
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
  const content = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new DeskError(content.error || "答えを用意できませんでした。もう一度試してください。");
  waitForIdle();
  return content;
}

function waitForIdle() {
  clearTimeout(timer);
  if (idleSeconds) timer = setTimeout(leave, idleSeconds * 1000 + AFTER_IDLE);
}
