// The card check: the holder is asked, one press reads one card, and what was read goes away by itself.
import { cardIsGone, checkCard, readReader } from "./desk.js";
import { make, withNumbers } from "./dom.js";

const SHOWN_FOR = 60_000;
const at = (id) => document.getElementById(id);
const list = (lines, attributes = {}) => (lines.length ? make("ul", attributes, ...lines.map((line) => make("li", {}, ...withNumbers(line)))) : null);

export class Reader {
  /** `open(topic, query)` opens an answer, `town()` gives the municipality, `fail(error)` says what went wrong. */
  constructor({ open, town, fail }) {
    Object.assign(this, { open, town, fail });
    this.running = null;
    this.timer = 0;
    this.words = {};
  }

  /** Shows whether a card can be read; a result that stood there is gone. */
  async show(focus) {
    if (this.running) return at("reader-title").focus();
    try {
      const view = await readReader();
      this.#forget();
      this.words = view.words ?? {};
      at("reader-title").textContent = view.title;
      at("reader-view").replaceChildren(...[make("p", { class: "state" }, view.state), list(view.lines), ...(view.ready ? this.#desk(view.consent) : [])].filter(Boolean));
      at("reader-again").hidden = view.ready;
      if (focus) at("reader-title").focus();
    } catch (error) {
      this.fail(error);
    }
  }

  #desk(consent) {
    this.press = make("button", { type: "button", class: "main", id: "reader-press", "aria-describedby": "reader-consent" }, this.words.button);
    this.press.addEventListener("click", () => this.#read());
    this.progress = make("p", { class: "progress", id: "reader-progress", role: "status" });
    this.result = make("div", { id: "reader-result" });
    return [list(consent, { class: "consent", id: "reader-consent" }), this.press, this.progress, this.result];
  }

  async #read() {
    if (this.running) return;
    this.#forget();
    this.running = new AbortController();
    this.press.setAttribute("aria-disabled", "true");
    this.progress.textContent = this.words.waiting;
    try {
      const report = await checkCard(this.town(), (stage) => (this.progress.textContent = this.words[stage] ?? ""), this.running.signal);
      this.progress.textContent = "";
      if (!report) throw new Error("no report");
      this.#tell(report);
    } catch (error) {
      this.progress.textContent = "";
      if (error.name !== "AbortError") this.fail(error);
    } finally {
      this.running = null;
      this.press.removeAttribute("aria-disabled");
    }
  }

  #tell(report) {
    const title = make("h3", { tabindex: "-1", id: "reader-told" }, report.state);
    const clear = make("button", { type: "button", class: "quiet" }, this.words.clear);
    clear.addEventListener("click", () => this.#clear());
    const parts = report.parts.flatMap((part) => [make("dt", {}, part.label), make("dd", { class: part.alert ? "alert" : null }, make("p", { class: "state" }, part.state), list(part.lines))]);
    const shown = [title, list(report.lines), parts.length ? make("dl", {}, ...parts) : null, this.#next(report.next)];
    if (parts.length) shown.push(make("p", { class: "hint" }, this.words.clears), clear);
    this.result.replaceChildren(...shown.filter(Boolean));
    title.focus();
    if (parts.length) this.#goAway();
  }

  #next(steps) {
    if (!steps.length) return null;
    const buttons = steps.map((step) => {
      const button = make("button", { type: "button" }, step.title);
      button.addEventListener("click", () => this.open(step.topic, step.query));
      return make("li", {}, button);
    });
    return make("section", { "aria-labelledby": "reader-next" }, make("h3", { id: "reader-next" }, this.words.next), make("ul", { class: "related" }, ...buttons));
  }

  /** After a minute, or as soon as the card is off the reader. */
  async #goAway() {
    const watching = new AbortController();
    this.watching = watching;
    this.timer = setTimeout(() => this.#clear(), SHOWN_FOR);
    try {
      while (!watching.signal.aborted && !(await cardIsGone(watching.signal)));
      if (!watching.signal.aborted) this.#clear();
    } catch (error) {
      if (error.name !== "AbortError") this.#clear();
    }
  }

  #clear() {
    const inside = this.result.contains(document.activeElement);
    this.#forget();
    this.progress.textContent = this.words.cleared;
    if (inside) this.press.focus();
  }

  #forget() {
    clearTimeout(this.timer);
    this.watching?.abort();
    this.running?.abort();
    this.result?.replaceChildren();
  }
}
