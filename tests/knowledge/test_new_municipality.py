from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.content import load_content
from bot.dialogue.turn import Content
from bot.knowledge.compose import compose
from bot.knowledge.question import Question

TODAY = date(2026, 11, 20)
FILE = """\
code: midori
name: みどり町
reading: みどりまち
prefecture: 架空県
unit: 町
hall: 役場
aliases: [みどり町役場]
areas: [若葉台地区]
not_this: [みどり市]
checked_on: 2026-11-20
sources:
  page: {title: 電子証明書の手続, publisher: みどり町, date: 2026-10-01}
offices:
  - name: 役場
    place: 役場1階 2番窓口
    department: 住民課
    hours: {days: [mon, tue, wed, thu, fri], opens: '09:00', closes: '16:30', closed: [holidays, year_end]}
contacts:
  - {name: みどり町 住民課, phone: 099-555-0123}
facts:
  - {key: reservation.rule, value: not_needed, source: page}
  - {key: reservation.page_says, value: みどり町のページでは、更新に予約は不要です。, source: page}
"""


@pytest.fixture(scope="module")
def grown(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Content:
    data = Path(shutil.copytree(project / "data", tmp_path_factory.mktemp("grown") / "data"))
    (data / "knowledge/municipalities/midori.yml").write_text(FILE, encoding="utf-8")
    return load_content(data)


@pytest.mark.parametrize(
    ("text", "codes", "unknown"),
    [
        ("みどり町です", ("midori",), None),
        ("みどりまちの役場", ("midori",), None),
        ("若葉台地区に住んでいます", ("midori",), None),
        ("中野区とみどり町", ("nakano", "midori"), None),
        ("みどり市です", (), "みどり市"),
        ("港区です", (), "港区"),
        ("中野区です", ("nakano",), None),
        ("野田市です", (), "野田市"),
    ],
)
def test_one_more_file_is_enough_to_be_recognised(grown: Content, text: str, codes: tuple[str, ...], unknown: str | None) -> None:
    found = grown.places.find(grown.lexicon.prepare(text))
    assert (found.codes, found.unknown) == (codes, unknown)


@pytest.mark.parametrize(
    ("question", "present", "absent"),
    [
        (Question("office_hours", "midori"), ["月〜金曜の午前9時〜午後4時30分（祝日・年末年始を除く）", "みどり町"], ["午前8時30分"]),
        (Question("office_location", "midori"), ["役場1階 2番窓口（住民課）"], ["区役所", "市役所"]),
        (Question("contact", "midori"), ["099-555-0123", "みどり町 住民課"], ["03-3228-5425", "0194-78-2928"]),
        (Question("contact", "midori", aspects=frozenset({"fax"})), ["ファクス番号は、みどり町のページに載っていません"], ["03-3228-5653"]),
        (Question("contact", "midori", aspects=frozenset({"email"})), ["メールアドレスは、みどり町のページに載っていません"], ["oshiete-dial"]),
        (Question("reservation", "midori"), ["予約は要りません"], ["予約制です"]),
        (Question("fees", "midori"), ["無料", "問い合わせ: みどり町 住民課 電話 099-555-0123"], ["みどり町のページでは、"]),
        (Question("renewal", "midori", aspects=frozenset({"start"})), ["3か月前の翌日", "みどり町のページには更新の期間が書かれていない"], []),
        (Question("proxy", "midori"), ["問い合わせ: みどり町 住民課 電話 099-555-0123"], []),
    ],
)
def test_its_own_facts_and_its_unknowns_are_answered(grown: Content, question: Question, present: list[str], absent: list[str]) -> None:
    answer = compose(question, grown.base, TODAY)
    assert [p for p in present if p not in answer.text] == [], answer.text
    assert [p for p in absent if p in answer.text] == [], answer.text
    assert answer.municipality == "みどり町"
    assert answer.notes == ()


@pytest.mark.parametrize("topic", ["renewal", "fees", "contact", "office_hours", "card_lost", "reservation", "proxy"])
@pytest.mark.parametrize("town", ["nagoya", "nakano", "nishitokyo", "noda", "suginami", None])
def test_the_answers_for_everybody_else_stay_the_same(grown: Content, content: Content, topic: str, town: str | None) -> None:
    assert compose(Question(topic, town), grown.base, TODAY) == compose(Question(topic, town), content.base, TODAY)
