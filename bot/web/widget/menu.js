// The menu beside free text: groups, then the topics of one group.
class Menu {
  constructor(choose) {
    this.choose = choose;
    this.groups = [];
    this.box = element("section", { class: "menu", id: "menu", "aria-labelledby": "menu-title", hidden: true });
  }

  fill(groups) {
    this.groups = groups;
    this.showGroups();
  }

  get isOpen() {
    return !this.box.hidden;
  }

  toggle(open) {
    this.box.hidden = !open || !this.groups.length;
    if (this.isOpen) this.showGroups();
  }

  showGroups() {
    const rows = this.groups.map((group) => element("li", {}, element("button", { type: "button", click: () => this.showTopics(group) }, group.title)));
    this.heading = element("h3", { id: "menu-title", tabindex: "-1" }, label("menuTitle"));
    this.box.replaceChildren(this.heading, element("ul", {}, rows));
  }

  showTopics(group) {
    const rows = group.topics.map((topic) => element("li", {}, element("button", { type: "button", click: () => this.choose({ title: topic.label, payload: `topic:${topic.id}` }) }, topic.label)));
    const back = button("back", { class: "quiet", click: () => this.showGroups() || this.heading.focus() });
    this.heading = element("h3", { id: "menu-title", tabindex: "-1" }, group.title);
    this.box.replaceChildren(element("div", { class: "menu-head" }, this.heading, back), element("ul", {}, rows));
    this.heading.focus();
  }
}
