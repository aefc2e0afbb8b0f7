// The element itself, put at the end of the page by the one line that loads this file.
const NAME = "jpki-help-bot";
const script = document.currentScript;

class HelpBot extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const inside = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    inside.adoptedStyleSheets = [sheet];
    const origin = new URL(script.src).origin;
    const store = new Store(`${NAME}:${origin}`);
    this.panel = new Panel(inside, new Client(origin, store), store, script.dataset.municipality || "");
    // Known before it is needed, so that phone numbers stand there when the connection fails.
    setTimeout(() => this.panel.load(), WHEN_IDLE);
  }
}

const WHEN_IDLE = 1500;

if (script && !customElements.get(NAME)) {
  customElements.define(NAME, HelpBot);
  document.body.append(document.createElement(NAME));
}
