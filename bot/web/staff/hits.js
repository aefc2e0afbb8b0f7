// The list under the search field: a listbox whose active option is moved from the field.
import { make } from "./dom.js";

const KINDS = { topic: "", fact: "事実", office: "窓口", contact: "連絡先", reader: "読み取り機" };
const label = (hit) => [KINDS[hit.kind], hit.town || "全国"].filter(Boolean).join("・");

export class Hits {
  /** `open` is called with the hit that a click chooses. */
  constructor(list, field, open) {
    this.list = list;
    this.field = field;
    this.open = open;
    this.hits = [];
    this.active = 0;
  }

  show(hits) {
    this.hits = hits;
    this.active = 0;
    this.list.replaceChildren(...hits.map((hit, index) => this.#option(hit, index)));
    this.list.hidden = !hits.length;
    this.field.setAttribute("aria-expanded", String(hits.length > 0));
    this.#mark();
  }

  move(step) {
    if (!this.hits.length) return;
    this.active = (this.active + step + this.hits.length) % this.hits.length;
    this.#mark();
    this.list.children[this.active].scrollIntoView({ block: "nearest" });
  }

  get chosen() {
    return this.hits[this.active];
  }

  /** The hit with the number that stands before it. */
  numbered(number) {
    return this.hits[number - 1];
  }

  #option(hit, index) {
    const option = make(
      "li",
      { id: `hit-${index}`, role: "option" },
      make("span", { class: "number" }, String(index + 1)),
      make(
        "span",
        { class: "what" },
        make("span", { class: "line" }, make("span", { class: "title" }, hit.title), make("span", { class: "kind" }, label(hit))),
        hit.detail ? make("span", { class: "detail" }, hit.detail) : null,
      ),
    );
    option.addEventListener("click", () => this.open(hit));
    return option;
  }

  #mark() {
    [...this.list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === this.active)));
    if (this.hits.length) this.field.setAttribute("aria-activedescendant", `hit-${this.active}`);
    else this.field.removeAttribute("aria-activedescendant");
  }
}
