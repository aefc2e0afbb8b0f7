"""What a clerk is told: each situation in its own words, and never more than was checked."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.checking import check
from bot.counter.reading import Auth, Reading, Situation
from bot.counter.report import Report, Reporter
from bot.counter.wording import CounterWording, read_counter_wording
from bot.dialogue.turn import Content
from bot.knowledge.errors import ContentError
from tests.knowledge.test_content_rules import FIGURES

TODAY = date(2026, 11, 20)
FORBIDDEN = ("有効です", "使えます", "問題ありません", "無効")
NOT_CHECKED = "失効していないかは、この端末では確認していません。"


def of(reporter: Reporter, auth: Auth, today: date = TODAY, town: str | None = None, *, roots: bool = True, **states: object) -> Report:
    return reporter.report(Reading(Situation.read, auth, **states), town, today, roots)  # type: ignore[arg-type]


def within(last: date) -> Auth:
    return Auth("within", date(2022, 3, 1), last)


WORDS = {
    Situation.no_software: "部品",
    Situation.no_service: "準備ができていません",
    Situation.no_reader: "リーダーがつながっていません",
    Situation.no_card: "カードが見つかりません",
    Situation.two_cards: "2枚以上",
    Situation.removed: "途中でカードが離れました",
    Situation.reset: "ほかのソフトが、途中で",
    Situation.no_answer: "応答がありません",
    Situation.busy: "ほかで使われています",
    Situation.other_card: "マイナンバーカードではありません",
    Situation.juki_card: "住基カードでは確認できません",
    Situation.phone: "スマホ用",
    Situation.unknown_token: "この形式のカードには未対応です",
    Situation.app_locked: "開けません",
    Situation.failed: "うまく読み取れませんでした",
}


@pytest.mark.parametrize("situation", [s for s in Situation if s is not Situation.read])
def test_every_situation_has_words_of_its_own_and_says_what_to_do(reporter: Reporter, situation: Situation) -> None:
    report = reporter.report(Reading(situation), None, TODAY, True)
    assert WORDS[situation] in report.state and report.lines and not report.parts and not report.read


def test_no_two_situations_are_told_in_the_same_words(reporter: Reporter) -> None:
    said = [reporter.report(Reading(s), None, TODAY, True).text() for s in Situation if s is not Situation.read]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("last", "today", "state", "renewal", "topics"),
    [
        (date(2029, 3, 20), TODAY, "有効期間内です（2029年3月20日", "early", set()),
        (date(2027, 2, 20), date(2026, 11, 20), "有効期間内です", "early", set()),
        (date(2027, 2, 20), date(2026, 11, 21), "更新の時期です", "open", {"renewal", "required_items"}),
        (date(2026, 11, 21), TODAY, "更新の時期です", "open", {"renewal", "required_items"}),
        (TODAY, TODAY, "有効期間は今日", "last_day", {"renewal", "required_items"}),
    ],
)
def test_the_renewal_window_follows_the_knowledges_rules(
    reporter: Reporter, last: date, today: date, state: str, renewal: str, topics: set[str]
) -> None:
    report = of(reporter, within(last), today)
    assert state in report.parts[0].state and report.states["auth"] == {"state": "within", "last_day": last.isoformat(), "renewal": renewal}
    assert {step.topic for step in report.next} == topics


def test_a_municipality_with_a_first_day_of_its_own_is_heard(reporter: Reporter) -> None:
    """杉並区 begins a day later than the nationwide rule."""
    here, elsewhere = (of(reporter, within(date(2027, 2, 20)), date(2026, 11, 21), town) for town in ("suginami", "nakano"))
    assert here.states["auth"]["renewal"] == "between" and "2026年11月22日" in here.text() and "2026年11月21日" in here.text()
    assert elsewhere.states["auth"]["renewal"] == "open" and "2026年11月22日" not in elsewhere.text()


def test_expired_is_told_with_its_day_and_leads_to_a_new_issue(reporter: Reporter) -> None:
    report = of(reporter, Auth("expired", date(2020, 1, 1), date(2026, 11, 19)))
    assert "有効期間が終わっています（2026年11月19日" in report.parts[0].state and {step.topic for step in report.next} >= {"expired"}


def test_not_yet_is_told_with_its_first_day(reporter: Reporter) -> None:
    report = of(reporter, Auth("not_yet", date(2026, 11, 25), date(2031, 11, 20)))
    assert "まだ始まっていません（2026年11月25日" in report.parts[0].state and "2031" not in report.text()


def test_an_unknown_issuer_shows_no_day_and_never_says_invalid(reporter: Reporter) -> None:
    foreign, absent = of(reporter, Auth("foreign")), of(reporter, Auth("foreign"), roots=False)
    for report in (foreign, absent):
        assert report.parts[0].state == "発行元を確かめられません" and not re.search(r"\d{4}年", report.text())
    assert foreign.parts[0].lines != absent.parts[0].lines, "whether the computer lacks the root is for another person to mend"


def test_a_damaged_certificate_is_told_as_unreadable(reporter: Reporter) -> None:
    report = of(reporter, Auth("unreadable"))
    assert report.parts[0].state == "読み取れません" and "終わって" not in report.text()


@pytest.mark.parametrize("pin", ["auth_tries", "sign_tries"])
def test_tries_are_told_as_a_number_or_as_locked(reporter: Reporter, pin: str) -> None:
    at = {"auth_tries": 3, "sign_tries": 4}[pin]
    word = {"auth_tries": "利用者証明用", "sign_tries": "署名用"}[pin]
    auth = within(date(2029, 3, 20))
    several, last, locked, unknown = (of(reporter, auth, **{pin: tries}) for tries in (4, 1, "locked", "unknown"))
    assert several.parts[at].state == "残り4回" and not several.parts[at].alert and several.next == ()
    assert "次にまちがえるとロック" in last.parts[at].state and last.parts[at].lines and last.parts[at].alert
    assert locked.parts[at].state == "ロックされています" and [(s.topic, s.query) for s in locked.next] == [("pin_locked", word)]
    assert "2029年3月20日" in locked.text(), "the days are shown with it"
    assert "分かりません" in unknown.parts[at].state


AUTHS = [
    *(within(day) for day in (date(2029, 3, 20), date(2026, 12, 1), TODAY)),
    *(Auth(state, date(2020, 1, 1), date(2026, 1, 1)) for state in ("expired", "not_yet")),  # type: ignore[arg-type]
    Auth("foreign"),
    Auth("unreadable"),
]


@pytest.mark.parametrize(
    ("auth", "sign", "tries"), itertools.product(AUTHS, ("present", "absent_or_unknown", "unknown"), (3, 1, "locked", "unknown"))
)
def test_revocation_is_said_to_be_unchecked_in_every_report(reporter: Reporter, auth: Auth, sign: str, tries: object) -> None:
    report = of(reporter, auth, sign=sign, auth_tries=tries, sign_tries=tries)
    assert NOT_CHECKED in report.text() and report.as_dict()["revocation"] == "not_checked"
    assert not any(word in report.text() for word in FORBIDDEN)
    assert all(part.label and part.state for part in report.parts) and len({(s.topic, s.query) for s in report.next}) == len(report.next)
    json.dumps(report.as_dict())


def test_of_the_signature_certificate_only_its_presence_is_told(reporter: Reporter) -> None:
    part = of(reporter, within(date(2029, 3, 20)), sign="present").parts[2]
    assert "入っています" in part.state and "パスワードがないと読めない" in part.state and "2029" not in part.state


@pytest.mark.parametrize("kind", FIGURES)
def test_the_words_hold_no_figure_of_the_knowledges(wording: CounterWording, kind: str) -> None:
    said = [line for _, message in wording.messages() for line in (message.state, *message.lines)] + [*wording.revocation, *wording.panel.consent]
    assert [text for text in said if re.search(FIGURES[kind], text)] == []


BROKEN = [
    ("  busy:\n", "  bussy:\n", "situations"),
    ("{topic: juki_card}", "{topic: juki}", "juki"),
    ("有効期間内です（{day}まで）。\n", "有効です（{day}まで）。\n", "有効です"),
    ("state: 発行元を確かめられません", "state: この証明書は無効です", "無効"),
    ("{check_expiry.still_valid}", "{check_expiry.still_vaild}", "still_vaild"),
    ("残り{count}回", "残り回数", "count"),
    ("sha256: 4d", "sha256: 4", "sha256"),
]


@pytest.mark.parametrize(("old", "new", "words"), BROKEN)
def test_a_mistake_in_the_file_is_named(project: Path, content: Content, tmp_path: Path, old: str, new: str, words: str) -> None:
    text = (project / "data/counter.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "counter.yml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        read_counter_wording(tmp_path, content.base)
    assert words in str(raised.value) and "counter.yml" in str(raised.value)


def test_check_names_it_too(project: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(project / "data", tmp_path / "data"))
    (data / "counter.yml").write_text("panel: {}", encoding="utf-8")
    assert any("counter.yml" in problem for problem in check(data.parent, TODAY).errors)
