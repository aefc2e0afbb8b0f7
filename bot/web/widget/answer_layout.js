// The order of an answer's parts. Its text is complete and gives the order; the structured parts only say how a line is
// shown. A line that no part claims is shown as it stands, so nothing of the text is ever missing.
const MARK = /^(?:[・□※◆]\s*|\d+\. )/;

function layout(answer) {
  const parts = new Parts(answer);
  const blocks = [];
  const emitted = new Set();
  const emit = (block) => {
    const own = `${block.kind}${block.index ?? ""}`;
    if (!emitted.has(own)) blocks.push(block);
    emitted.add(own);
  };
  for (const line of answer.text.split("\n")) {
    if (!line.trim()) continue;
    const block = parts.claim(line, emitted);
    if (block) emit(block);
    else if (parts.isSources(line)) continue;
    else addLine(blocks, parts, line);
  }
  for (const block of parts.rest()) emit(block);
  return blocks;
}

function addLine(blocks, parts, line) {
  const kind = parts.isLead(line) ? "lead" : line.startsWith("◆") ? "heading" : line.startsWith("【") ? "label" : /^[・□]/.test(line) ? "items" : "line";
  const shown = kind === "items" ? line.replace(MARK, "") : line.replace(/^◆\s*/, "").replace(/^【(.*)】$/, "$1");
  const last = blocks.at(-1);
  if (last?.kind === kind && kind !== "heading") last.lines.push(shown);
  else blocks.push({ kind, lines: [shown] });
}

class Parts {
  constructor(answer) {
    this.answer = answer;
    this.lead = new Set(answer.lead.split("\n").map(bare));
    this.notes = new Set(answer.notes.map(bare));
    this.checks = answer.checklist;
    this.sections = answer.sections;
    this.lastSources = answer.text.split("\n").findLast((line) => this.isSources(line));
  }

  // Of two municipalities' answers each has such a line; the list of them all stands where the last one does.
  isSources(line) {
    return line.startsWith("出典") && this.answer.sources.some((source) => line.includes(source.title));
  }

  isLead(line) {
    return this.lead.has(bare(line));
  }

  // The part that shows `line`, or null for a line that stands for itself.
  claim(line, emitted) {
    if (this.isLead(line)) return null;
    const text = bare(line);
    const named = line.match(/^【(.*)】$/)?.[1] ?? line.match(/^◆(.*)$/)?.[1];
    const find = line.startsWith("◆") ? "findLastIndex" : "findIndex";
    const index = this.sections[find]((part) => holds(part, named, text));
    const ticked = named === undefined ? line.startsWith("□") : index < 0 || !emitted.has("checklist");
    if (ticked && this.checks.some((part) => holds(part, named, text))) return { kind: "checklist" };
    if (index >= 0) return { kind: "section", index };
    if (this.notes.has(text)) return { kind: "notes" };
    return line === this.lastSources ? { kind: "sources" } : null;
  }

  // Parts that the text did not lead to; without a literal lead the text stands alone (two municipalities side by side).
  rest() {
    const literal = this.answer.text.split("\n").some((line) => this.isLead(line));
    const found = literal ? this.sections.map((_, index) => ({ kind: "section", index })) : [];
    if (literal && this.checks.length) found.push({ kind: "checklist" });
    if (this.answer.notes.length) found.push({ kind: "notes" });
    if (this.answer.sources.length) found.push({ kind: "sources" });
    return found;
  }
}

// A line belongs to a part by the part's label, or by being one of its lines.
function holds(part, named, text) {
  return named === undefined ? part.lines.some((each) => each.split("\n").some((row) => bare(row) === text)) : part.label === named;
}

function bare(line) {
  return line.trim().replace(MARK, "").replace(/。$/, "");
}
