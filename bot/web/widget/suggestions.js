// Suggestions from the catalogue, found in the page: no key stroke leaves it.
const MOST_SHOWN = 6;
const LATIN_END = /[a-z]+$/;
const HAS_KANA = /[ぁ-ゖ]/;

// One spelling for matching: width, case and kana do not count.
function spelling(text) {
  const wide = text.normalize("NFKC").toLowerCase();
  return wide.replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}

class Suggestions {
  constructor(groups) {
    const topics = groups.flatMap((group) => group.topics);
    this.entries = [
      ...topics.map((topic) => ({ title: topic.label, payload: `topic:${topic.id}`, keys: [topic.label, topic.title, topic.reading].map(spelling) })),
      ...topics.flatMap((topic) => topic.questions.map((question) => ({ title: question.text, payload: "", keys: [question.text, question.reading].map(spelling) }))),
    ];
  }

  // Every word must be found; a beginning counts more than a middle, a topic more than a question.
  find(typed) {
    const words = wordsOf(typed);
    if (!words.length) return [];
    const scored = this.entries.map((entry) => ({ entry, score: scoreOf(entry, words) })).filter(({ score }) => score > 0);
    return scored.sort((a, b) => b.score - a.score).slice(0, MOST_SHOWN).map(({ entry }) => entry);
  }
}

// While a syllable is being composed its Latin beginning stands at the end: こうs finds what こう finds.
function wordsOf(typed) {
  const text = spelling(typed).trim();
  return (HAS_KANA.test(text) ? text.replace(LATIN_END, "") : text).split(/[\s、。?？!！]+/).filter(Boolean);
}

function scoreOf(entry, words) {
  let score = 0;
  for (const word of words) {
    const places = entry.keys.map((key) => key.indexOf(word)).filter((place) => place >= 0);
    if (!places.length) return 0;
    score += Math.min(...places) === 0 ? 3 : 1;
  }
  return score + (entry.payload ? 1 : 0);
}
