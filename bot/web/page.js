"use strict";
// A plain page to try the bot with. The session lives in this tab only.
const log = document.getElementById("log");
const input = document.getElementById("text");
const KEY = "jpki-bot-session";

async function session(renew) {
  let token = renew ? null : sessionStorage.getItem(KEY);
  if (!token) {
    const reply = await fetch("/api/session", { method: "POST" });
    const opened = await reply.json();
    token = opened.session;
    sessionStorage.setItem(KEY, token);
    document.getElementById("welcome").textContent = opened.welcome;
  }
  return token;
}

async function send(body, renew = false) {
  const reply = await fetch("/api/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${await session(renew)}` },
    body: JSON.stringify(body),
  });
  if (reply.status === 401 && !renew) return send(body, true);
  return reply.json();
}

function add(tag, kind, text) {
  const element = document.createElement(tag);
  element.className = kind;
  element.textContent = text;
  log.append(element);
  return element;
}

function offer(buttons) {
  if (!buttons || !buttons.length) return;
  const row = add("div", "choices", "");
  for (const button of buttons) {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.textContent = button.title;
    choice.addEventListener("click", () => {
      for (const each of row.children) each.disabled = true;
      exchange(button.title, { text: button.title, choice: button.payload });
    });
    row.append(choice);
  }
}

function attach(files) {
  for (const file of files || []) {
    const link = add("a", "file", `カレンダーに入れるファイル（${file.name}）`);
    link.href = URL.createObjectURL(new Blob([file.content], { type: file.media_type }));
    link.download = file.name;
  }
}

async function exchange(said, body) {
  add("p", "said", said);
  try {
    const answer = await send(body);
    add("p", "answer", answer.text || answer.error);
    attach(answer.attachments);
    offer(answer.buttons);
  } catch {
    add("p", "answer", "つながりませんでした。少し待って、もう一度送信してください。");
    input.value = body.choice ? "" : said;
  }
  log.lastElementChild.scrollIntoView({ block: "end" });
}

document.getElementById("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value;
  if (!text.trim()) return;
  input.value = "";
  exchange(text, { text });
});

document.getElementById("forget").addEventListener("click", async () => {
  const token = sessionStorage.getItem(KEY);
  if (token) await fetch("/api/session", { method: "DELETE", headers: { Authorization: `Bearer ${token}` } });
  sessionStorage.removeItem(KEY);
  log.replaceChildren();
  await session(true);
});

session(false).catch(() => {});
