// The panel: what a person sees and touches.
const NARROW = "(max-width: 40em), (max-height: 30em)";
const SIZES = 3;

class Panel {
  constructor(inside, client, store, wanted) {
    this.inside = inside;
    this.client = client;
    this.store = store;
    this.wanted = wanted;
    this.narrow = matchMedia(NARROW);
    this.announcer = new Announcer();
    this.conversation = new Conversation(client, store, () => this.town(), (item) => this.changed(item));
    this.transcript = new Transcript(() => this.conversation.items, () => this.cardContext());
    this.menu = new Menu((entry) => this.choose(null, entry));
    this.build();
    this.listen();
    this.redraw();
    if (store.state.open && !this.narrow.matches) this.open(false);
  }

  // Making

  build() {
    this.launcher = element("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false", click: () => this.open(true) }, element("span", { "aria-hidden": "true" }, "？"), element("span", {}, label("launcher")));
    this.dialog = element("dialog", { class: "panel", "aria-label": plain("title") }, this.header(), this.transcript.box, this.menu.box, this.composer(), this.announcer.box);
    this.root = element("aside", { class: "root", lang: "ja", "aria-label": plain("title") }, this.launcher, this.dialog);
    this.inside.append(this.root);
  }

  header() {
    this.easy = button("easy", { role: "switch", click: () => this.setEasy(!this.store.state.easy) });
    this.size = element("button", { type: "button", click: () => this.setSize((this.store.state.size + 1) % SIZES) });
    this.subtitle = element("p", { class: "subtitle", hidden: true });
    this.eraser = element("div", { class: "eraser", role: "group", "aria-label": plain("erase"), hidden: true });
    this.eraser.append(element("p", {}, label("eraseAsk")), element("div", {}, button("eraseYes", { class: "main", click: () => this.erase() }), button("eraseNo", { click: () => this.askToErase(false) })));
    this.erasing = button("erase", { "aria-expanded": "false", click: () => this.askToErase(this.eraser.hidden) });
    const close = element("button", { type: "button", class: "close", "aria-label": plain("close"), click: () => this.close() }, element("span", { "aria-hidden": "true" }, "×"));
    const settings = element("div", { class: "settings", role: "group", "aria-label": plain("settings") }, this.easy, this.size, this.erasing);
    return element("header", {}, element("div", { class: "title" }, element("h2", {}, label("title")), close), this.subtitle, settings, this.eraser);
  }

  composer() {
    this.input = element("input", { id: "question", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions", autocomplete: "off", maxlength: "1000", enterkeyhint: "send" });
    this.input.value = this.store.state.draft;
    const find = (typed) => (this.suggestions && !hasIndividualNumber(typed) ? this.suggestions.find(typed) : []);
    this.combobox = new Combobox(this.input, find, (entry) => this.choose(null, entry), (text) => this.announcer.say(text));
    this.fault = element("p", { id: "fault", class: "fault", role: "alert" });
    this.sending = button("send", { type: "submit", class: "main" });
    this.menuButton = button("menu", { "aria-expanded": "false", "aria-controls": "menu", click: () => this.toggleMenu(!this.menu.isOpen) });
    const person = button("person", { class: "person", click: () => this.choose(null, { title: plain("person"), payload: "topic:handoff" }) });
    const row = element("div", { class: "row" }, this.input, this.sending, this.combobox.list);
    const form = element("form", { novalidate: true, submit: (event) => this.submit(event) }, this.fault, element("label", { for: "question" }, label("input")), row);
    return element("div", { class: "composer" }, form, element("div", { class: "always" }, this.menuButton, person));
  }

  listen() {
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => event.key === "Enter" && isComposing(event) && event.preventDefault());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("cancel", (event) => event.preventDefault() || this.close());
    this.narrow.addEventListener("change", () => this.dialog.open && this.reopen());
    // A panel that hides what has the focus in the page can be closed from there too.
    document.addEventListener("keydown", (event) => {
      const elsewhere = document.activeElement !== this.inside.host;
      if (event.key === "Escape" && elsewhere && !event.defaultPrevented && this.dialog.open) this.close(false);
    });
  }

  // Opening and closing: the focus moves only because somebody pressed something.

  async open(byPerson) {
    this.show();
    this.launcher.setAttribute("aria-expanded", "true");
    this.store.keep({ open: true });
    if (byPerson) this.input.focus();
    this.conversation.resume();
    await this.load();
    if (!this.conversation.items.length) this.toggleMenu(true);
    this.transcript.showLast();
  }

  // A small screen is filled, so what lies behind must not take the focus; elsewhere page and panel are used side by side.
  show() {
    if (this.narrow.matches) this.dialog.showModal();
    else this.dialog.setAttribute("open", "");
    this.root.classList.toggle("full", this.narrow.matches);
  }

  reopen() {
    const focused = this.inside.activeElement;
    this.dialog.close();
    this.show();
    focused?.focus();
  }

  close(backToLauncher = true) {
    this.dialog.close();
    this.root.classList.remove("full");
    this.launcher.setAttribute("aria-expanded", "false");
    this.store.keep({ open: false });
    if (backToLauncher) this.launcher.focus();
  }

  key(event) {
    if (event.key !== "Escape" || isComposing(event)) return;
    event.preventDefault();
    if (!this.eraser.hidden) this.askToErase(false);
    else this.close();
  }

  // What the server tells beforehand

  async load() {
    try {
      const known = await this.client.catalogue();
      if (this.known) return;
      this.known = known;
    } catch {
      return;
    }
    this.suggestions = new Suggestions(this.known.groups);
    this.titles = new Map(this.known.groups.flatMap((group) => group.topics.map((topic) => [topic.id, topic.title])));
    this.menu.fill(this.known.groups);
    this.transcript.intro.replaceChildren(...this.known.welcome.map((line) => element("p", {}, line)));
    const town = this.ownTown();
    this.subtitle.hidden = !town;
    this.subtitle.textContent = town ? LINES.town(town.name) : "";
    this.transcript.drawAll();
    if (this.inside.activeElement === this.input) this.combobox.update();
  }

  // The municipality that the page names, if the bot knows it.
  ownTown() {
    return this.known?.municipalities.find((town) => [town.code, town.name, ...town.aliases].includes(this.wanted)) || null;
  }

  async town() {
    await this.load();
    if (!this.known) throw new Unreachable();
    return this.ownTown()?.name;
  }

  contacts() {
    if (!this.known) return null;
    const spoken = this.conversation.items.map((item) => item.answer?.municipality).filter(Boolean).at(-1);
    const town = this.known.municipalities.find((each) => each.name === spoken) || this.ownTown();
    return contactList([...(town ? [town.contact] : []), this.known.nationwide]);
  }

  // Asking

  typed() {
    const secret = hasIndividualNumber(this.input.value);
    if (!secret) this.setFault("");
    this.store.keep({ draft: secret ? "" : this.input.value });
  }

  submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text || this.conversation.busy) return;
    if (hasIndividualNumber(text)) return void this.setFault(plain("private"));
    this.clearInput();
    this.ask(text, "");
  }

  setFault(text) {
    if (this.fault.textContent === text) return;
    this.fault.textContent = text;
    this.input.setAttribute("aria-invalid", String(Boolean(text)));
    if (text) this.input.setAttribute("aria-describedby", "fault");
    else this.input.removeAttribute("aria-describedby");
  }

  clearInput() {
    this.input.value = "";
    this.combobox.close();
    this.setFault("");
    this.store.keep({ draft: "" });
  }

  // From a card, the menu, a suggestion or 人に聞く. The focus goes to what was said: what had it may be gone.
  choose(item, { title, payload }) {
    if (this.conversation.busy) return;
    if (item) item.taken = payload;
    if (this.inside.activeElement === this.input) this.clearInput();
    const asked = this.ask(title, payload);
    if (this.inside.activeElement !== this.input) this.transcript.focus(asked);
  }

  ask(said, payload) {
    this.toggleMenu(false);
    return this.conversation.ask(said, payload);
  }

  changed(item) {
    this.sending.setAttribute("aria-disabled", String(this.conversation.busy));
    if (!this.transcript.rows.has(item.id)) this.transcript.add(item);
    else this.redrawRow(item);
    if (item.problem) this.announcer.say(`${item.problem.text || plain(item.problem.kind)}`);
    if (item.answer) this.announcer.say(spokenAnswer(item.answer));
  }

  // The person may be on the button that is drawn anew.
  redrawRow(item) {
    const held = this.transcript.rows.get(item.id).contains(this.inside.activeElement);
    const row = this.transcript.draw(item);
    if (held) this.transcript.focus(item);
    if (item.answer || item.problem) this.transcript.show(row);
  }

  cardContext() {
    return {
      easy: this.store.state.easy,
      last: this.conversation.items.at(-1),
      title: (topic) => this.titles?.get(topic),
      choose: (item, choice) => this.choose(item, choice),
      tick: (item, place, on) => this.tick(item, place, on),
      print: (part) => printAlone(this.inside, part),
      copy: async (text) => this.announcer.say(plain((await copied(this.inside, text)) ? "copied" : "notCopied")),
      retry: (id) => this.conversation.retry(id),
      contacts: () => this.contacts(),
    };
  }

  tick(item, place, on) {
    item.ticks = [...(item.ticks || []).filter((each) => each !== place), ...(on ? [place] : [])];
    this.store.keep({});
  }

  // Settings

  toggleMenu(open) {
    this.menu.toggle(open);
    this.menuButton.setAttribute("aria-expanded", String(this.menu.isOpen));
  }

  setEasy(on) {
    this.store.keep({ easy: on });
    this.redraw();
  }

  setSize(size) {
    this.store.keep({ size });
    this.redraw();
  }

  redraw() {
    const { easy, size } = this.store.state;
    this.easy.setAttribute("aria-checked", String(easy));
    readings.shown = easy;
    this.inside.querySelectorAll("[data-label]").forEach(drawLabel);
    this.size.replaceChildren(label("size"), " ", label(`size${size}`));
    this.size.setAttribute("aria-label", LINES.size(`${plain("size")} ${plain(`size${size}`)}`));
    this.root.className = `root size-${size}${easy ? " reading" : ""}${this.dialog.open && this.narrow.matches ? " full" : ""}`;
    this.transcript.drawAll();
  }

  askToErase(on) {
    this.eraser.hidden = !on;
    this.erasing.setAttribute("aria-expanded", String(on));
    (on ? this.eraser.querySelector("button") : this.erasing).focus();
  }

  async erase() {
    this.input.value = "";
    let said = "erased";
    try {
      await this.conversation.erase();
    } catch {
      said = "erasedHere";
    }
    this.askToErase(false);
    this.input.focus();
    this.redraw();
    this.toggleMenu(true);
    this.setFault("");
    this.announcer.say(plain(said));
    if (said === "erasedHere") this.setFault(plain(said));
  }
}

function spokenAnswer(answer) {
  const more = answer.buttons.length ? LINES.more(answer.buttons.length) : "";
  return `${plain("answer")}: ${answer.lead} ${more}`;
}
