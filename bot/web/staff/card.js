// A card for a glance: the rule to read out first, then what to tick; beside it where others differ, and sources.
import { link, make, withNumbers, withRuby } from "./dom.js";

const AGES = { old: "古いページ", aging: "2年を過ぎたページ", undated: "日付のないページ", fresh: "" };
const MARKS = { disputed: "資料によって違う", planned: "予定をふくむ" };

/** The card's content. `openHit` opens a related topic. */
export function layOut(card, openHit) {
  return [
    make(
      "header",
      { class: "head" },
      make("h2", { id: "card-title", tabindex: "-1" }, card.title),
      make("p", { class: "where" }, card.town || "全国"),
      ...marks(card),
    ),
    rule(card),
    card.notes.length ? make("ul", { class: "notes" }, ...card.notes.map((note) => make("li", {}, ...withNumbers(note)))) : null,
    columns([...checklist(card), ...exceptions(card), ...sections(card)], [...others(card), ...basis(card), ...sources(card), ...related(card, openHit)]),
  ].filter(Boolean);
}

/** Side by side, or one alone where nothing stands on the left. */
function columns(left, right) {
  const sides = [left, right].filter((side) => side.length).map((side) => make("div", {}, ...side));
  return make("div", { class: sides.length > 1 ? "columns" : "columns one" }, ...sides);
}

function marks(card) {
  const page = card.sources.find((source) => source.age === "old");
  const found = card.marks.map((mark) => MARKS[mark]).filter(Boolean);
  if (page) found.unshift(`${AGES.old}をふくむ`);
  return found.map((words) => make("p", { class: "mark" }, words));
}

/** The answer, to be read out as it stands: plain, or in easy Japanese where the topic has it. */
function rule(card) {
  const plain = card.rule.map((sentence) => make("p", {}, ...withNumbers(sentence)));
  const easy = card.easy.split("\n").filter(Boolean).map((sentence) => make("p", {}, ...withRuby(sentence)));
  const shown = make("div", { class: "say", id: "say" }, ...plain);
  const section = make("section", { class: "rule" }, make("h3", { class: "unseen" }, "決まり・読み上げる文"), shown);
  if (easy.length) section.prepend(readings(shown, { ふつう: plain, やさしい日本語: easy }));
  return section;
}

function readings(shown, choices) {
  const buttons = Object.entries(choices).map(([name, lines], index) => {
    const button = make("button", { type: "button", "aria-pressed": String(index === 0), "aria-controls": "say" }, name);
    button.addEventListener("click", () => {
      buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
      shown.replaceChildren(...lines);
    });
    return button;
  });
  return make("div", { class: "switch", role: "group", "aria-label": "読み上げる文" }, ...buttons);
}

function block(title, ...content) {
  return make("section", {}, make("h3", {}, title), ...content);
}

const items = (lines) => make("ul", {}, ...lines.map((line) => make("li", {}, ...withNumbers(line))));

function checklist(card) {
  if (!card.checklist.length) return [];
  const clear = make("button", { type: "button", class: "quiet" }, "印を外す");
  const print = make("button", { type: "button", class: "quiet" }, "印刷");
  const groups = card.checklist.map((part) =>
    make("fieldset", {}, make("legend", {}, part.label), ...part.lines.map(tick)),
  );
  const section = block("確かめる一覧", ...groups, make("p", { class: "row" }, clear, print));
  section.classList.add("checklist");
  clear.addEventListener("click", () => section.querySelectorAll("input").forEach((box) => (box.checked = false)));
  print.addEventListener("click", () => window.print());
  return [section];
}

const tick = (line) => make("label", { class: "tick" }, make("input", { type: "checkbox" }), make("span", {}, ...withNumbers(line)));

const exceptions = (card) => (card.exceptions.length ? [block("例外・補足", items(card.exceptions))] : []);

/** Beside a checklist the sections say much the same: they wait folded. */
function sections(card) {
  if (!card.sections.length) return [];
  const list = make("dl", {}, ...card.sections.flatMap((part) => [make("dt", {}, part.label), make("dd", {}, ...part.lines.map((line) => make("p", {}, ...withNumbers(line))))]));
  if (!card.checklist.length) return [block("項目ごと", list)];
  return [make("details", {}, make("summary", {}, `項目ごとの説明（${card.sections.length}）`), list)];
}

function others(card) {
  if (!card.compared.length) return [];
  if (!card.others.length) return [block("ほかの市区町村", make("p", {}, `${card.compared.join("・")}も同じ答えです。`))];
  const rows = card.others.map((other) => make("li", {}, make("strong", {}, other.town), " ", ...withNumbers(other.text)));
  return [make("details", { class: "others" }, make("summary", {}, `ほかの市区町村との違い（${card.others.map((other) => other.town).join("・")}）`), make("ul", {}, ...rows))];
}

function basis(card) {
  if (!card.basis.length) return [];
  return [block("根拠（法令）", ...card.basis.map((law) => make("div", { class: "law" }, make("p", {}, law.text), make("p", { class: "from" }, "出典: ", ...from(law.source)))))];
}

function sources(card) {
  const list = make("ul", { class: "sources" }, ...card.sources.map((source) => make("li", {}, ...from(source))));
  const checked = card.checked ? [make("p", { class: "from" }, `${card.checked}に確認`)] : [];
  return [block("出典", list, ...checked, make("p", { class: "from" }, ...withNumbers(card.contact)))];
}

function from(source) {
  const mark = AGES[source.age] ? make("span", { class: `age ${source.age}` }, AGES[source.age]) : null;
  return [link(source.title, source.url), source.date ? `（${source.date}）` : " ", mark].filter(Boolean);
}

function related(card, openHit) {
  if (!card.related.length) return [];
  const buttons = card.related.map((hit) => {
    const button = make("button", { type: "button" }, hit.title);
    button.addEventListener("click", () => openHit(hit));
    return make("li", {}, button);
  });
  return [block("続けて引く", make("ul", { class: "related" }, ...buttons))];
}
