// Printing one part alone, and copying text.
const OTHERS_AWAY = "@media print { body > :not(jpki-help-bot) { display: none !important; } }";

// `inside` is the shadow root; the page's own content is hidden by a constructed sheet for as long as it prints.
function printAlone(inside, part) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(OTHERS_AWAY);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const shown = [];
  for (let node = part; node instanceof Element; node = node.parentElement) shown.push(node);
  for (const node of shown) node.classList.add("printed");
  part.classList.add("whole");
  inside.host.setAttribute("printing", "");
  addEventListener("afterprint", () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    for (const node of shown) node.classList.remove("printed");
    part.classList.remove("whole");
    inside.host.removeAttribute("printing");
  }, { once: true });
  print();
}

async function copied(inside, text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(inside, text);
  }
}

// Pages without HTTPS have no clipboard interface.
function copiedBySelection(inside, text) {
  const focused = inside.activeElement;
  const area = element("textarea", { class: "unseen", "aria-hidden": "true" });
  area.value = text;
  inside.querySelector("dialog").append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
}
