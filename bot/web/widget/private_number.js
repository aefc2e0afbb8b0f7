// A number of 12 digits must not leave the page: in any width, with or without separators.
const HARMLESS = /(?<!\d)(?:19|20)\d{2}(?:[\s,、・~〜]+(?:19|20)\d{2})+(?!\d)|(?<!\d)\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}(?!\d)|〒\s?\d{3}[-ー−]?\d{4}(?!\d)/g;
const GAP = "[\\s\\u200b-\\u200f\\-‐‑‒–—―−－ー_.・/,、()]{0,3}";
const DIGITS = new RegExp(`\\d(?:${GAP}\\d)+|[〇零一二三四五六七八九](?:${GAP}[〇零一二三四五六七八九]){8,}`, "g");
const TWELVE = 12;

function hasIndividualNumber(text) {
  const runs = text.normalize("NFKC").replace(HARMLESS, "、、、、").match(DIGITS) || [];
  return runs.some((run) => run.replace(/[^\d〇零一二三四五六七八九]/g, "").length === TWELVE);
}

function withoutDigits(text) {
  return text.replace(/[0-9０-９]/g, "●");
}
