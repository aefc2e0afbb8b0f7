// One answer as a card. `context` is what the card may do: see Panel.cardContext.
const MARKED = ["aging", "old", "undated"];
const ALWAYS = /^(?:topic|municipality):|:start$/;

function answerCard(item, context) {
  const answer = item.answer;
  const title = answer.topic && context.title(answer.topic);
  const card = element("article", { class: `card ${answer.outcome}` });
  card.append(element("h3", { class: title && answer.outcome === "answer" ? "topic" : "unseen" }, hidden(`${plain("answer")}: `), title || ""));
  card.append(...marks(answer), ...body(item, context), ...attachments(answer), ...choices(item, context));
  if (answer.sources.length || answer.checklist.length) card.append(tools(item, card, context));
  return card;
}

function marks(answer) {
  const found = [];
  if (answer.opening === "open" || answer.opening === "closed") found.push([answer.opening, answer.opening === "open" ? "○" : "×"]);
  if (answer.disputed) found.push(["disputed", "!"]);
  return found.length ? [element("p", { class: "marks" }, found.map(([name, sign]) => mark(name, sign)))] : [];
}

function mark(name, sign) {
  return element("span", { class: `mark ${name}` }, element("span", { "aria-hidden": "true" }, `${sign} `), label(name));
}

// やさしい日本語 stands in place of lead and sections; what dates and sources the answer stays.
function body(item, context) {
  const blocks = layout(item.answer);
  const show = (chosen) => chosen.map((block) => BLOCKS[block.kind](block, item, context));
  const easy = typeof item.answer.easy === "string" ? item.answer.easy : "";
  if (!context.easy) return show(blocks);
  if (!easy) return [...(item.answer.sources.length ? [element("p", { class: "aside" }, label("noEasy"))] : []), ...show(blocks)];
  const end = blocks.findIndex((block) => block.kind === "notes" || block.kind === "sources");
  const plain = end < 0 ? blocks : blocks.slice(0, end);
  const text = element("div", { class: "easy" }, easy.split("\n").filter(Boolean).map((line) => element("p", {}, withReadings(line))));
  const original = element("details", {}, element("summary", {}, label("plain")), show(plain));
  return [text, original, ...(end < 0 ? [] : show(blocks.slice(end)))];
}

const BLOCKS = {
  lead: (block) => element("div", { class: "lead" }, block.lines.map((line) => element("p", {}, linked(line)))),
  line: (block) => element("div", { class: "lines" }, block.lines.map((line) => element("p", {}, linked(line)))),
  heading: (block) => element("h4", { class: "part" }, block.lines.join(" ")),
  label: (block) => element("h5", {}, block.lines.join(" ")),
  items: (block) => element("ul", {}, block.lines.map((line) => element("li", {}, linked(line)))),
  section: (block, item) => section(item.answer.sections[block.index]),
  checklist: (_, item, context) => checklist(item, context),
  notes: (_, item) => notes(item.answer.notes),
  sources: (_, item) => sources(item.answer),
};

function section(part) {
  const lines = part.lines.flatMap((line) => line.split("\n"));
  const numbered = lines.every((line) => /^\d+\. /.test(line));
  const rows = lines.map((line) => element("li", {}, linked(numbered ? line.replace(/^\d+\. /, "") : line)));
  const list = lines.length > 1 || !part.label ? element(numbered ? "ol" : "ul", {}, rows) : element("p", {}, linked(lines[0]));
  return element("section", {}, part.label ? element("h4", {}, part.label) : null, list);
}

function checklist(item, context) {
  const groups = item.answer.checklist.map((part, group) => {
    const rows = part.lines.map((line, row) => tickRow(line, `${group}.${row}`, item, context));
    return element("fieldset", {}, element("legend", {}, part.label), rows);
  });
  const whole = element("section", { class: "checklist" }, element("h4", { class: "unseen" }, label("checklist")), groups);
  whole.append(button("printChecklist", { class: "quiet", click: () => context.print(whole) }));
  return whole;
}

function tickRow(line, place, item, context) {
  const box = element("input", { type: "checkbox", change: () => context.tick(item, place, box.checked) });
  box.checked = (item.ticks || []).includes(place);
  return element("label", { class: "tick" }, box, element("span", {}, linked(line)));
}

function notes(lines) {
  const rows = lines.map((line) => element("p", {}, linked(line.replace(/^※/, ""))));
  return element("section", { class: "notes" }, element("h4", {}, element("span", { "aria-hidden": "true" }, "⚠ "), label("notes")), rows);
}

function sources(answer) {
  const rows = answer.sources.map((source) => {
    const day = source.date ? dayText(source.date) : label("noDate");
    const row = element("li", {}, pageLink(source.title, source.url), "（", day, "）");
    if (MARKED.includes(source.state) && source.date) row.append(mark(source.state, "!"));
    return row;
  });
  const checked = answer.checked_on ? element("p", {}, LINES.checked(dayText(answer.checked_on))) : null;
  return element("section", { class: "sources" }, element("h4", {}, label("sources")), element("ul", {}, rows), checked);
}

function attachments(answer) {
  return (answer.attachments || []).map((file) => {
    const link = element("a", { class: "file", download: file.name }, label("file"), `（${file.name}）`);
    link.href = URL.createObjectURL(new Blob([file.content], { type: file.media_type }));
    return element("p", {}, link);
  });
}

// A choice that answers the bot's question is over once something else was said; a topic can be chosen at any time.
function choices(item, context) {
  if (!item.answer.buttons.length) return [];
  const row = element("div", { class: "choices", role: "group", "aria-label": plain("choices") });
  for (const { title, payload } of item.answer.buttons) {
    const taken = item.taken === payload;
    const over = context.last !== item && !ALWAYS.test(payload);
    const press = () => over || context.choose(item, { title, payload });
    row.append(element("button", { type: "button", class: taken ? "taken" : null, "aria-disabled": over && "true", click: press }, taken ? element("span", {}, "✓ ", hidden(`${plain("chosen")}: `)) : null, title));
  }
  return [row];
}

function tools(item, card, context) {
  const row = element("div", { class: "tools" });
  if (context.last === item) {
    const say = (name) => button(name, { click: () => context.choose(item, { title: plain(name), payload: `feedback:${name}` }) });
    row.append(element("div", { class: "feedback", role: "group", "aria-label": plain("feedback") }, element("span", {}, label("feedback")), say("helpful"), say("unhelpful")));
  }
  row.append(element("div", {}, button("copy", { class: "quiet", click: () => context.copy(item.answer.text) }), button("print", { class: "quiet", click: () => context.print(card) })));
  return row;
}
