"""Checklists: procedure × person × case × municipality; what to tick before going."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import date, datetime

import pytest

from bot.dialogue.conversation import respond
from bot.dialogue.memory import Memory
from bot.dialogue.turn import Content, Heard
from bot.knowledge.answer import Answer
from bot.knowledge.compose import compose
from bot.knowledge.question import Question
from bot.settings import JAPAN

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=JAPAN)
PROCEDURES = [
    "address_or_name_change", "apply_card", "card_broken", "card_found", "card_lost", "expired", "issue", "pin_change",
    "pin_forgotten", "pin_locked", "pin_reset_convenience_store", "renewal", "stop_using",
]  # fmt: skip
TOWNS = {None: "", "nagoya": "名古屋市", "nakano": "中野区", "nishitokyo": "西東京市", "noda": "野田村", "suginami": "杉並区"}
PERSONS: list[tuple[str, ...]] = [(), ("proxy",), ("child",), ("ward",), ("foreigner",)]
CASES: list[tuple[str, ...]] = [
    (), ("pin_unknown",), ("pin_known",), ("expired",), ("has_form",), ("no_form",), ("expired", "pin_unknown"), ("expired", "no_form"),
]  # fmt: skip
OTHER_NUMBERS = {
    "nagoya": ("052-953-7584", "052-972-3114"),
    "nakano": ("03-3228-5425", "03-3228-5653"),
    "nishitokyo": ("042-460-9820", "042-465-8630"),
    "noda": ("0194-78-2928",),
    "suginami": ("03-3312-2111", "03-5307-0771"),
}


def listed(content: Content, procedure: str, town: str | None, persons: tuple[str, ...] = (), cases: tuple[str, ...] = ()) -> Answer:
    question = Question(
        "required_items", town, frozenset({procedure}), frozenset({"bring_items"}), frozenset(persons), cases=frozenset(cases), checklists=(procedure,)
    )  # fmt: skip
    return compose(question, content.base, TODAY)


def parts(answer: Answer) -> dict[str, tuple[str, ...]]:
    return {part.label: part.lines for part in answer.checklist}


def everything(content: Content, procedure: str, town: str | None) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], Answer]]:
    for persons, cases in itertools.product(PERSONS, CASES):
        yield persons, cases, listed(content, procedure, town, persons, cases)


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_there_is_always_somebody_to_go_something_to_bring_and_nobody_else_s_page(content: Content, procedure: str, town: str | None) -> None:
    strangers = [number for code, numbers in OTHER_NUMBERS.items() if code != town for number in numbers]
    strangers += [f"{name}のページ" for code, name in TOWNS.items() if code and code != town]
    for persons, cases, answer in everything(content, procedure, town):
        found = parts(answer)
        assert found["手続できる人"] and found["持ち物"] and found["窓口ですること"], (persons, cases)
        lines = [line for part in found.values() for line in part]
        assert not [line for line in lines if re.search(r"[{}<>]|None|。。|^\s*$", line)], (persons, cases, lines)
        assert all(f"□ {line}" in answer.text for line in lines)
        assert not [stranger for stranger in strangers if stranger in answer.text], (persons, cases)
        assert all(len(set(part)) == len(part) for part in found.values())


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_no_two_lines_contradict_each_other(content: Content, procedure: str, town: str | None) -> None:
    for persons, cases, answer in everything(content, procedure, town):
        found = parts(answer)
        who, bring, visits = (found.get(label, ()) for label in ("手続できる人", "持ち物", "来庁の回数"))
        told = (persons, cases, found)
        if "proxy" in persons and procedure != "pin_reset_convenience_store":
            assert "本人" not in who, told
            assert not [line for line in visits if line.startswith("本人が行けば")], told
            assert [line for line in bring if "代理人" in line or "窓口に行く人" in line], told
        if not persons or persons == ("foreigner",):
            assert not [line for line in bring if "代理" in line or "委任状" in line], told
            assert not [line for line in visits if "代理人は2回" in line], told
        if set(persons) & {"child", "ward"}:
            assert not [line for line in bring if "委任状" in line or "照会書兼回答書" in line], told
        costs = " ".join(found.get("手数料", ()))
        assert not ("更新：無料" in costs and "更新：200円" in costs), told
        assert not [line for line in bring if "期限の切れたマイナンバーカード" in line], told


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("procedure", ["renewal", "issue", "expired"])
def test_who_has_no_form_is_not_told_to_bring_it(content: Content, procedure: str, town: str | None) -> None:
    found = parts(listed(content, procedure, town, ("proxy",), ("no_form",)))
    assert not [line for line in found["持ち物"] if "通知書に同封の照会書兼回答書" in line], found["持ち物"]
    assert any("2回" in line for line in found["来庁の回数"])


@pytest.mark.parametrize(
    "text",
    ["在留カードを持つ妻の代わりに更新したい。持ち物は?", "外国人の夫の代わりに更新に行きます。何がいりますか", "留学生の友人の代理で更新。必要なものは?"],
)
@pytest.mark.parametrize("town", ["野田村", "名古屋市", "中野区", None])
def test_a_foreigner_s_proxy_gets_a_proxy_s_list_alone(content: Content, text: str, town: str | None) -> None:
    heard = Heard(text, "required_items", (("required_items", 0.95),), municipality=town)
    found = parts(respond(heard, Memory(), content, NOW)[0])
    assert "本人" not in found["手続できる人"], found["手続できる人"]
    assert not [line for line in found["来庁の回数"] if line.startswith("本人が行けば")]
    assert any("代理人" in line for line in found["持ち物"])


@pytest.mark.parametrize("procedure", ["renewal", "issue", "expired"])
@pytest.mark.parametrize("case", CASES)
def test_a_proxy_in_noda_is_told_two_visits_and_what_the_second_one_needs(content: Content, procedure: str, case: tuple[str, ...]) -> None:
    found = parts(listed(content, procedure, "noda", ("proxy",), case))
    assert re.search("代理人は2回.*照会書.*もう一度行く.*野田村のページ", found["来庁の回数"][0])
    assert "本人が回答した照会書" in found["持ち物"] and "代理権を委任した書類" in found["持ち物"]
    assert "やむを得ない理由" in found["手続できる人"][0]
    assert not [line for line in found["来庁の回数"] if line.startswith(("代理人は1回", "本人が行けば"))]


@pytest.mark.parametrize("procedure", ["renewal", "issue", "expired"])
def test_a_proxy_in_nagoya_brings_the_form_or_a_letter(content: Content, procedure: str) -> None:
    found = parts(listed(content, procedure, "nagoya", ("proxy",)))
    assert found["持ち物"][:2] == ("本人の有効なマイナンバーカード", "照会書兼回答書または委任状")
    assert "代理人の本人確認書類" in found["持ち物"][2]
    assert "名古屋市のページ" in found["手続できる人"][0]
    assert "電話で確かめる" in found["来庁の回数"][0] and "名古屋市のページに書かれていない" in found["来庁の回数"][0]


@pytest.mark.parametrize("procedure", ["renewal", "issue", "expired", "pin_forgotten", "pin_locked", "stop_using"])
def test_a_proxy_in_suginami_telephones_first(content: Content, procedure: str) -> None:
    answer = listed(content, procedure, "suginami", ("proxy",))
    assert "行く前に電話する" in parts(answer)["手続できる人"][0]
    assert "杉並区のページ" in parts(answer)["手続できる人"][0]
    assert "03-3312-2111" in answer.text


@pytest.mark.parametrize("procedure", ["renewal", "issue", "expired", "card_lost", "pin_forgotten", "pin_locked", "pin_change", "stop_using"])
def test_a_proxy_in_nakano_learns_that_the_page_says_only_the_person_itself(content: Content, procedure: str) -> None:
    answer = listed(content, procedure, "nakano", ("proxy",))
    who = parts(answer)["手続できる人"][0]
    assert "中野区のページ" in who and "「本人」とだけ" in who
    assert "全国では" in who and "行く前に電話する" in who
    assert "03-3228-5425" in answer.text


@pytest.mark.parametrize("town", TOWNS)
def test_whoever_renews_in_person_goes_once_with_the_card_for_free(content: Content, town: str | None) -> None:
    found = parts(listed(content, "renewal", town))
    assert found["手続できる人"] == ("本人",)
    assert "マイナンバーカード" in found["持ち物"][0]
    assert "1回" in found["来庁の回数"][0]
    assert found["手数料"][0].endswith("無料")


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("procedure", ["renewal", "expired", "issue"])
def test_who_forgot_the_pin_is_told_to_choose_a_new_one(content: Content, procedure: str, town: str | None) -> None:
    with_pin, without = (parts(listed(content, procedure, town, (), (case,))) for case in ("pin_known", "pin_unknown"))
    assert "新しい番号を考えておく" in " ".join(without["窓口ですること"]) and "本人確認書類" in " ".join(without["持ち物"])
    assert "新しい番号を考えておく" not in " ".join(with_pin["窓口ですること"]) or procedure == "issue"


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("procedure", ["renewal", "issue", "expired", "pin_forgotten"])
@pytest.mark.parametrize("person", ["child", "ward"])
def test_a_legal_representative_brings_proof_of_being_one(content: Content, procedure: str, person: str, town: str | None) -> None:
    found = parts(listed(content, procedure, town, (person,)))
    assert "法定代理人" in " ".join(found["手続できる人"])
    assert "法定代理人の本人確認書類" in " ".join(found["持ち物"])
    assert re.search("戸籍謄本|登記事項証明書", " ".join(found["持ち物"]))


@pytest.mark.parametrize("town", TOWNS)
def test_the_store_takes_nobody_but_the_person_itself(content: Content, town: str | None) -> None:
    found = parts(listed(content, "pin_reset_convenience_store", town, ("proxy",)))
    assert "本人だけ" in found["手続できる人"][0]
    assert any("代理人はできない" in line for line in found["手続できる人"])
    assert any("もう片方の暗証番号" in line for line in found["持ち物"])


@pytest.mark.parametrize("town", TOWNS)
def test_who_lost_the_card_is_not_told_to_bring_it(content: Content, town: str | None) -> None:
    for person in PERSONS:
        found = parts(listed(content, "card_lost", town, person))
        assert not [line for line in found["持ち物"] if re.match("(本人の|有効な)?マイナンバーカード$", line)]
        assert any("0120-95-0178" in line for line in found["来庁の回数"])


def test_no_list_where_no_procedure_is_meant(content: Content) -> None:
    assert compose(Question("required_items", "nakano"), content.base, TODAY).checklist == ()
