"""The card check as an answer of the conversation: first what is asked of the holder, then what was read."""

from __future__ import annotations

from bot.counter.report import Report
from bot.counter.wording import CounterWording
from bot.knowledge.answer import Answer, Button, Section

TOPIC = "check_card_status"
PRESS = "card:read"
"""The payload of the button that starts a read; nothing else does."""


def invitation(wording: CounterWording) -> Answer:
    """What to say to the holder before the button is pressed."""
    panel = wording.panel
    lines = (*panel.ready.lines, *panel.consent)
    text = "\n".join([panel.ready.state, *(f"・{line}" for line in lines)])
    return Answer("answer", TOPIC, text, lead=panel.ready.state, notes=lines, buttons=(Button(panel.button, PRESS),), topics=(TOPIC,))


def told(report: Report, wording: CounterWording, municipality: str | None) -> Answer:
    """The report, with the answers that follow as buttons. `municipality` is a name."""
    sections = tuple(Section(part.label, (part.state, *part.lines)) for part in report.parts)
    buttons = (*(Button(step.title, f"topic:{step.topic}") for step in report.next), Button(wording.panel.button, PRESS))
    return Answer("answer", TOPIC, report.text(), municipality, report.state, sections, notes=report.lines, buttons=buttons, topics=(TOPIC,))
