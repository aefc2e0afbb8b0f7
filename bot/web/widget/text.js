// Text of answers: phone numbers that can be called, pages that can be opened, days.
const PHONE = /(?<![\d-])0\d{1,4}-\d{1,4}-\d{3,4}(?![\d-])/g;
const FAX_BEFORE = /(?:ファクス|FAX)[ :：]?$/i;

function linked(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(PHONE)) {
    if (FAX_BEFORE.test(text.slice(0, found.index))) continue;
    nodes.push(text.slice(from, found.index), call(found[0]));
    from = found.index + found[0].length;
  }
  return [...nodes, text.slice(from)].filter((node) => node !== "");
}

function call(phone) {
  return element("a", { class: "call", href: `tel:${phone.replaceAll("-", "")}` }, phone);
}

// Whatever is no web address is shown as text: an address may come from outside.
function pageLink(title, address) {
  let scheme = "";
  try {
    scheme = new URL(address).protocol;
  } catch {
    return element("span", {}, title);
  }
  if (scheme !== "https:" && scheme !== "http:") return element("span", {}, title);
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, title, hidden(`（${plain("newTab")}）`));
}

// 2016-02-15 → 2016年2月15日
function dayText(iso) {
  return iso.split("-").map((part, place) => `${Number(part)}${"年月日"[place]}`).join("");
}
