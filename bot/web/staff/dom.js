// Elements made from text only: nothing here, or that uses it, ever parses HTML.

/** An element with attributes and children; a string child is text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const NUMBER = /\d+(?:-\d+)+/g;

/** Text whose phone numbers are not broken over two lines, as nodes. */
export function withNumbers(text) {
  return split(text, NUMBER, (found) => make("span", { class: "whole" }, found[0]));
}

const FURIGANA = /([\p{Script=Han}々〆ヶ]+)《([^《》]+)》/gu;

/** Text with furigana written as 漢字《かんじ》, as nodes with ruby. */
export function withRuby(text) {
  const ruby = ([, kanji, kana]) => make("ruby", {}, kanji, make("rp", {}, "（"), make("rt", {}, kana), make("rp", {}, "）"));
  return split(text, FURIGANA, ruby);
}

function split(text, pattern, node) {
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(pattern)) {
    nodes.push(text.slice(done, found.index), node(found));
    done = found.index + found[0].length;
  }
  return [...nodes, text.slice(done)];
}

/** A link for http and https; anything else is shown as text. */
export function link(text, url) {
  let safe = false;
  try {
    safe = ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    safe = false;
  }
  return safe ? make("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, text) : document.createTextNode(text);
}
