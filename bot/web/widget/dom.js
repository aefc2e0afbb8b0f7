// Elements are made here and nowhere else: names and text only, never markup.
function element(tag, options = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

const READ = /([\p{Script=Han}々〆ヶ]+)《([^《》]+)》/gu;

// 漢字《かんじ》 as ruby; a screen reader reads the word once.
function withReadings(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(READ)) {
    nodes.push(text.slice(from, found.index));
    const mark = (sign) => element("rp", { "aria-hidden": "true" }, sign);
    nodes.push(element("ruby", {}, found[1], mark("（"), element("rt", { "aria-hidden": "true" }, found[2]), mark("）")));
    from = found.index + found[0].length;
  }
  return [...nodes, text.slice(from)].filter((node) => node !== "");
}

function withoutReadings(text) {
  return text.replace(READ, "$1");
}

function plain(name) {
  return withoutReadings(LABELS[name]);
}

// Readings stand in the page only while they are wanted: they would be read out, and break the words.
const readings = { shown: false };

function label(name) {
  const made = element("span", { "data-label": name });
  drawLabel(made);
  return made;
}

function drawLabel(made) {
  const text = LABELS[made.dataset.label];
  made.replaceChildren(...(readings.shown ? withReadings(text) : [withoutReadings(text)]));
}

// Its name is without readings at all times: voice control hears what people say.
function button(name, options) {
  return element("button", { type: "button", "aria-label": plain(name), ...options }, label(name));
}

function hidden(text) {
  return element("span", { class: "unseen" }, text);
}
