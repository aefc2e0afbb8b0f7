// What this tab remembers, and only this tab: the municipality, the last cards opened, the choice about keys.
const PREFIX = "jpki-staff-";
const MOST = 8;

const read = (name, otherwise) => {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
};
const write = (name, value) => {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still shows everything.
  }
};

export const town = () => read("town", null);
export const keepTown = (code) => write("town", code);
export const usesKeys = () => read("keys", true);
export const keepKeys = (on) => write("keys", on);
export const recent = () => read("recent", []);
export const forgetRecent = () => write("recent", []);

/** Puts a card in front of the others; one that was opened before moves up. */
export function remember(opened) {
  const same = (other) => other.hit === opened.hit && other.query === opened.query && other.town === opened.town;
  write("recent", [opened, ...recent().filter((other) => !same(other))].slice(0, MOST));
}

export function forgetTab() {
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}
