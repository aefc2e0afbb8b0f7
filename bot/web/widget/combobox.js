// The input with its list of suggestions, by the ARIA combobox pattern: the focus stays in the input.
class Combobox {
  constructor(input, find, choose, announce) {
    this.input = input;
    this.find = find;
    this.choose = choose;
    this.announce = announce;
    this.list = element("ul", { id: "suggestions", role: "listbox", class: "suggestions", "aria-label": plain("suggestions"), hidden: true });
    this.shown = [];
    this.active = -1;
    input.addEventListener("input", () => this.update());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
  }

  get isOpen() {
    return !this.list.hidden;
  }

  update() {
    const before = this.shown.length;
    this.shown = this.find(this.input.value);
    this.list.replaceChildren(...this.shown.map((entry, place) => this.option(entry, place)));
    this.setActive(-1);
    this.list.hidden = !this.shown.length;
    this.input.setAttribute("aria-expanded", String(this.isOpen));
    if (this.isOpen && this.shown.length !== before) this.announce(LINES.count(this.shown.length));
  }

  close() {
    this.shown = [];
    this.list.replaceChildren();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.setActive(-1);
  }

  option(entry, place) {
    const keepFocus = (event) => event.preventDefault();
    return element("li", { id: `suggestion-${place}`, role: "option", "aria-selected": "false", pointerdown: keepFocus, mousedown: keepFocus, click: () => this.take(place) }, entry.title);
  }

  take(place) {
    const entry = this.shown[place];
    this.close();
    this.choose(entry);
  }

  // Keys that belong to the input method are not ours.
  key(event) {
    if (isComposing(event) || !this.isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const places = this.shown.length + 1;
      this.setActive(((this.active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && this.active >= 0) this.take(this.active);
    else if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else return;
    event.preventDefault();
  }

  setActive(place) {
    this.active = place;
    [...this.list.children].forEach((row, each) => row.setAttribute("aria-selected", String(each === place)));
    const row = this.list.children[place];
    if (row) {
      this.input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }
}

// Safari ends the composition before the key that ended it: only the old key code tells.
function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}
