"""The answer once more in やさしい日本語: never more than the answer says, and nothing where nobody wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.conditions import holds
from bot.knowledge.freshness import page_age
from bot.knowledge.lookup import Facts, layer_named
from bot.knowledge.model import EasyPoint, Line, Point, Status
from bot.knowledge.question import Question
from bot.knowledge.showing import plain_date

_ANSWERS = ("", "はい。", "いいえ。")
_LOOSE = {"known", "unknown"}
"""Wanted of a fact, these say only whether the page speaks of it."""


def easy_text(points: Sequence[EasyPoint], leads: Sequence[Point], question: Question, facts: Facts, *, closing: bool = True) -> str:
    """The easy answer to what `leads` answer; "" when the first of them has no easy counterpart.

    When only a second one has none, the text says that there is more to read in the ordinary answer.
    `closing` adds what to know of the pages' age, and whom to ask.
    """
    facts = replace(facts, uses=list(facts.uses), outdated=set(facts.outdated))
    wording = facts.base.easy
    found = [_counterpart(points, lead, question, facts) for lead in leads]
    if not found or found[0] is None:
        return ""
    said: list[EasyPoint] = []
    for point in found:
        said += [point] if point is not None and point not in said else []
    lines = [line for point in said for line in _filled(point.say, facts)]
    if None in found:
        lines.append(wording.sentences["more"])
    if closing:
        names = dict.fromkeys(name for point in said for name in point.then)
        lines += [line for name in names for line in shared_lines(wording.lines[name], question, facts)]
        lines += _notes(facts)
        lines += _closing(lines, question, facts)
    return finished(lines, facts)


def easy_sentence(name: str, facts: Facts, values: Mapping[str, str] | None = None) -> str:
    """A sentence of data/easy.yml that belongs to no topic; "" when it is not there or a fact is missing.

    `values` replace `<name>` in it.
    """
    sentence = facts.base.easy.sentences.get(name, "")
    for key, value in (values or {}).items():
        sentence = sentence.replace(f"<{key}>", value)
    filled = facts.fill(sentence)
    return finished([filled], facts) if filled else ""


def explained_once(text: str, base: KnowledgeBase) -> str:
    """`text` was put together from finished parts, each with its explanations; the first of each is enough."""
    for term, meaning in base.easy.terms.items():
        before, behind, after = text.partition(f"{term}（{meaning}）")
        text = before + behind + after.replace(f"{term}（{meaning}）", term)
    return text


def two_easy_texts(first: str, second: str, base: KnowledgeBase) -> str:
    """The answers to two questions of one message; a second without easy text is to be read in the ordinary one."""
    say = base.easy.sentences
    following = [say["second"], *second.splitlines()] if second else [say["more"]]
    return "\n".join(dict.fromkeys([*first.splitlines(), *following])) if first else ""


def shared_lines(lines: Sequence[Line], question: Question, facts: Facts) -> list[str]:
    """Every one of `lines` whose conditions hold and whose facts are known."""
    holding = (line for line in lines if not isinstance(line, Point) or holds(line, question, facts))
    return [part for line in holding for part in _filled(line.say if isinstance(line, Point) else line, facts)]


def finished(lines: Iterable[str], facts: Facts) -> str:
    """The whole text: a sentence a line and none twice, plainer words in the facts, a reading at each kanji, each hard term explained once."""
    wording = facts.base.easy
    text = "\n".join(dict.fromkeys(sentence for line in lines for sentence in _sentences(line)))
    for hard, plain in wording.plainer.items():
        text = text.replace(hard, plain)
    text = facts.base.furigana.annotate(text)
    for term, meaning in wording.terms.items():
        text = _explained(text, term, meaning)
    return text


def _sentences(line: str) -> list[str]:
    """はい。 and いいえ。 stay with what follows; a full stop inside brackets ends nothing."""
    said = [""]
    for part in re.findall(r"[^。\n]*(?:。|\n|$)", line):
        said[-1] += part
        if _is_outside(said[-1]) and said[-1].strip() not in _ANSWERS:
            said.append("")
    return [sentence.strip() for sentence in said if sentence.strip()]


def _explained(text: str, term: str, meaning: str) -> str:
    """Behind the first mention; never inside brackets or quotation marks, where it would break up a name."""
    outside = (found.end() for found in re.finditer(re.escape(term), text) if _is_outside(text[: found.start()]))
    end = next(outside, None)
    return text if end is None or text[end : end + 1] == "（" else f"{text[:end]}（{meaning}）{text[end:]}"


def _is_outside(before: str) -> bool:
    return all(before.count(opening) <= before.count(closing) for opening, closing in ("（）", "「」"))


def _counterpart(points: Sequence[EasyPoint], lead: Point, question: Question, facts: Facts) -> EasyPoint | None:
    return next((p for p in points if _answers(p, lead, question) and holds(p, question, facts) and facts.fill(p.say) is not None), None)


def _answers(easy: EasyPoint, lead: Point, question: Question) -> bool:
    """Whether `easy` depends on all that `lead` depends on: a general text must not stand for a special answer."""
    if not lead.specific and easy.specific:
        return False
    asked = set(easy.about) & set(lead.about) & question.aspects
    if lead.about and not lead.document and not asked:
        return False
    if lead.document and not set(easy.document) & set(lead.document) & question.documents:
        return False
    named = all(bool(mine) for theirs, mine in ((lead.person, easy.person), (lead.certificate, easy.certificate), (lead.procedure, easy.procedure)) if theirs)
    return named and _decisive(lead) <= set(easy.facts)


def _decisive(point: Point) -> set[str]:
    """The facts whose very value chooses the point, and a branch that was named."""
    return {key for key, wanted in point.facts.items() if set(wanted) - _LOOSE or key == "office.named"}


def _filled(sentence: str, facts: Facts) -> list[str]:
    return (facts.fill(sentence) or "").strip().splitlines()


def _closing(said: Sequence[str], question: Question, facts: Facts) -> list[str]:
    """Whom to ask, unless the number has been given already."""
    phone = facts.value("contact.phone" if facts.town else "hotline.phone")
    return [] if any(str(phone) in line for line in said) else shared_lines(facts.base.easy.lines["ask"], question, facts)


def _notes(facts: Facts) -> list[str]:
    """What a reader must know of the pages' age, as under the ordinary answer."""
    say = facts.base.easy.sentences
    found: list[str] = []
    for use in facts.uses:
        age = page_age(use.source, facts.base, facts.today)
        if use.municipality is None or age == "fresh":
            continue
        date = plain_date(use.source.date) if use.source.date else ""
        note = say[f"page_{age}"].format(publisher=use.source.publisher, date=date)
        found += [note] if note not in found else []
        found += [say["superseded"]] if use.source.superseded else []
    found += [say["caution"]] if found and facts.value("page.caution", layer_named("city")) else []
    statuses = {use.status for use in facts.uses}
    found += [say[f"status_{status.value}"] for status in (Status.disputed, Status.planned) if status in statuses]
    return [*found, say["expired_fact"]] if facts.outdated else found
