// What was said, for reading; and, apart from it, what a screen reader announces once.
const SPOKEN = 1000;

class Announcer {
  constructor() {
    this.box = element("div", { class: "unseen", role: "status", "aria-live": "polite", "aria-atomic": "false" });
  }

  // Screen readers miss text that goes away sooner.
  say(text) {
    const line = element("p", {}, text);
    this.box.append(line);
    setTimeout(() => line.remove(), SPOKEN);
  }
}

class Transcript {
  constructor(items, context) {
    this.items = items;
    this.context = context;
    this.rows = new Map();
    this.intro = element("div", { class: "intro" });
    this.list = element("ol", { class: "said-list" });
    this.box = element("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0", "aria-label": plain("log") }, this.intro, this.list);
  }

  drawAll() {
    this.rows.clear();
    this.list.replaceChildren();
    for (const item of this.items()) this.draw(item);
  }

  // The row before is drawn anew: its choices may be over.
  add(item) {
    const before = this.items().at(-2);
    if (before) this.draw(before);
    this.show(this.draw(item));
  }

  showLast() {
    const last = this.items().at(-1);
    if (last) this.show(this.rows.get(last.id));
  }

  // To the top of what scrolls, and nothing else moves: the log, or on a low screen the whole panel.
  show(row) {
    const whole = getComputedStyle(this.box).overflowY === "visible";
    const scroller = whole ? this.box.closest("dialog") : this.box;
    scroller.scrollTop += row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  }

  draw(item) {
    const row = element("li", { class: "turn" }, this.said(item), this.reply(item));
    const old = this.rows.get(item.id);
    if (old) old.replaceWith(row);
    else this.list.append(row);
    this.rows.set(item.id, row);
    return row;
  }

  said(item) {
    return element("p", { class: "said", tabindex: "-1" }, hidden(`${plain("you")}: `), item.said);
  }

  reply(item) {
    if (item.answer) return answerCard(item, this.context());
    if (item.problem) return this.problem(item);
    return element("p", { class: "waiting" }, label("waiting"));
  }

  problem({ problem, id }) {
    const { retry, contacts } = this.context();
    const text = problem.text || plain(problem.kind);
    const wait = problem.seconds ? element("p", {}, LINES.wait(problem.seconds)) : button("retry", { class: "main", click: () => retry(id) });
    return element("div", { class: "card problem" }, element("p", {}, element("span", { "aria-hidden": "true" }, "⚠ "), text), wait, contacts());
  }

  focus(item) {
    this.rows.get(item.id)?.querySelector(".said").focus({ preventScroll: true });
  }
}

function contactList(contacts) {
  const rows = contacts.map(({ name, phone, hours, caution }) => [
    element("dt", {}, name),
    element("dd", {}, phone ? [label("phone"), " ", call(phone)] : null),
    element("dd", {}, label("phoneHours"), " ", hours || label("noHours")),
    caution ? element("dd", { class: "aside" }, caution) : null,
  ]);
  return element("dl", { class: "contacts" }, rows);
}
