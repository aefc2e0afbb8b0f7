"""The small parts that the chat channels stand on: lanes, memories, choices, the order of updates, the shape of a text, settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, TimedOut

from bot.channels.choices import ChoiceGone, Choices, ChoiceTaken
from bot.channels.seen import Seen
from bot.channels.session import Sessions
from bot.channels.telegram_arrivals import Arrivals
from bot.channels.telegram_text import LONGEST, parts, units
from bot.channels.telegram_trouble import Trouble, in_words
from bot.engine.lanes import Lanes
from bot.environment import SettingsError
from bot.knowledge.answer import Button
from bot.settings import TelegramSettings, read_settings
from tests.fakes.telegram_api import TOKEN

BUTTONS = [Button("中野区", "municipality:nakano"), Button("杉並区", "municipality:suginami")]


async def test_a_lane_keeps_the_order_and_holds_up_no_other() -> None:
    lanes, done = Lanes(), list[tuple[str, int]]()
    gate = asyncio.Event()

    async def work(lane: str, number: int) -> None:
        async with lanes.of(lane):
            if lane == "slow":
                await gate.wait()
            done.append((lane, number))

    tasks = [asyncio.ensure_future(work(lane, number)) for number in range(5) for lane in ("slow", "quick")]
    await asyncio.sleep(0.01)
    assert done == [("quick", number) for number in range(5)] and len(lanes) == 1
    gate.set()
    await asyncio.gather(*tasks)
    assert done[5:] == [("slow", number) for number in range(5)] and len(lanes) == 0


async def test_a_lane_goes_on_after_a_failure_and_after_somebody_gave_up() -> None:
    lanes, done = Lanes(), list[int]()

    async def work(number: int) -> None:
        async with lanes.of("a"):
            await asyncio.sleep(0.01)
            if number == 0:
                raise RuntimeError
            done.append(number)

    tasks = [asyncio.ensure_future(work(number)) for number in range(4)]
    await asyncio.sleep(0)
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert done == [1, 3] and len(lanes) == 0


def test_only_the_last_names_are_remembered() -> None:
    seen = Seen(2)
    assert [seen.is_new(name) for name in "abacab"] == [True, True, False, True, False, True]
    seen.forget("b")
    assert seen.is_new("b")


def test_a_choice_is_taken_once_from_its_own_conversation() -> None:
    choices = Choices()
    first, second = choices.offer("mine", BUTTONS)
    assert all(name.isascii() and len(name) <= 20 for name in (first, second)) and first != second
    with pytest.raises(ChoiceGone):
        choices.take("yours", first)
    assert choices.take("mine", second) == BUTTONS[1]
    for name in (first, second):
        with pytest.raises(ChoiceTaken):
            choices.take("mine", name)


@pytest.mark.parametrize(
    "spoil", [lambda name: "", lambda name: name + "9", lambda name: name.replace(".", ".-"), lambda name: name.partition(".")[0], lambda name: f"{name}.0"]
)
def test_a_choice_that_was_never_offered_is_refused(spoil: Callable[[str], str]) -> None:
    choices = Choices()
    name = choices.offer("mine", BUTTONS)[0]
    with pytest.raises(ChoiceGone):
        choices.take("mine", spoil(name))


def test_old_and_forgotten_offers_are_gone() -> None:
    choices = Choices(most_offers=2)
    names = [choices.offer(conversation, BUTTONS)[0] for conversation in ("a", "b", "c")]
    choices.forget("c")
    for conversation, name in (("a", names[0]), ("c", names[2])):
        with pytest.raises(ChoiceGone):
            choices.take(conversation, name)
    assert choices.take("b", names[1]) == BUTTONS[0]


def _updates(numbers: list[int]) -> list[Update]:
    return [Update(number) for number in numbers]


@given(st.permutations(range(100, 112)), st.integers(1, 12))
def test_updates_are_handed_on_in_order_once_the_first_is_known(numbers: list[int], size: int) -> None:
    async def arrive() -> list[int]:
        released: list[int] = []
        arrivals = Arrivals(lambda update: released.append(update.update_id), patience=60)
        arrivals.add(_updates([99]))
        for start in range(0, len(numbers), size):
            arrivals.add(_updates(numbers[start : start + size]))
        arrivals.flush()
        return released

    assert asyncio.run(arrive()) == list(range(99, 112))


async def test_a_missing_number_is_not_waited_for_long() -> None:
    released: list[int] = []
    arrivals = Arrivals(lambda update: released.append(update.update_id), patience=0.05)
    arrivals.add(_updates([1]))
    arrivals.add(_updates([4, 3]))
    assert released == [1]
    await asyncio.sleep(0.2)
    assert released == [1, 3, 4]
    arrivals.add(_updates([2]))
    arrivals.add(_updates([5]))
    assert released == [1, 3, 4, 2, 5]


async def test_a_count_that_begins_anew_is_followed() -> None:
    released: list[int] = []
    arrivals = Arrivals(lambda update: released.append(update.update_id), patience=60)
    arrivals.add(_updates([900_000]))
    arrivals.add(_updates([5_000]))
    arrivals.add(_updates([5_002]))
    arrivals.add(_updates([5_001]))
    assert released == [900_000, 5_000, 5_001, 5_002]


def test_links_and_headings_are_marked_in_utf16() -> None:
    [part] = parts(
        "𠮷野の答え👨\u200d👩\n【持ち物】\n・カード\n出典: 中野区「更新」（2016年）、国「更新」",
        {"中野区「更新」": "https://a.example/1", "国「更新」": "https://a.example/2"},
    )
    marked = {
        (entity.type, part.text.encode("utf-16-le")[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le"), entity.url)
        for entity in part.entities
    }
    assert marked == {("bold", "【持ち物】", None), ("text_link", "中野区「更新」", "https://a.example/1"), ("text_link", "国「更新」", "https://a.example/2")}


def test_a_link_within_another_links_words_is_left_out() -> None:
    [part] = parts("出典: 中野区「更新」", {"「更新」": "https://a.example/2", "中野区「更新」": "https://a.example/1"})
    assert [entity.url for entity in part.entities] == ["https://a.example/1"]


@given(st.text(), st.dictionaries(st.text(max_size=4), st.just("https://a.example/"), max_size=3))
def test_no_mark_leaves_its_part(text: str, links: dict[str, str]) -> None:
    for part in parts(text, links):
        assert units(part.text) <= LONGEST
        assert all(entity.offset >= 0 and entity.length > 0 and entity.offset + entity.length <= units(part.text) for entity in part.entities)


def test_trouble_is_told_at_once_and_then_kept_quiet_about() -> None:
    heard: list[str] = []
    now = [0.0]
    trouble = Trouble(heard.append, lambda: now[0])
    for _ in range(5):
        trouble.note(Conflict("Conflict"))
    assert len(heard) == 1 and "409" in heard[0]
    trouble.over()
    trouble.over()
    assert len(heard) == 2
    trouble.note(Conflict("Conflict"))
    now[0] = 601
    trouble.note(Conflict("Conflict"))
    assert len(heard) == 3


def test_one_lost_connection_is_nothing_to_speak_of() -> None:
    heard: list[str] = []
    trouble = Trouble(heard.append, lambda: 0.0)
    for _ in range(3):
        trouble.note(TimedOut())
        trouble.over()
    assert heard == []
    for _ in range(3):
        trouble.note(NetworkError("x"))
    assert len(heard) == 1


def test_no_error_tells_its_own_words() -> None:
    for kind in (InvalidToken, NetworkError, Conflict, ValueError):
        assert "ヒミツ" not in in_words(kind("ヒミツ"))


def test_a_platforms_name_of_somebody_is_hashed_with_the_key() -> None:
    one, other = Sessions(b"1" * 32), Sessions(b"2" * 32)
    name = one.conversation_of("telegram", "5550001112")
    assert name == one.conversation_of("telegram", "5550001112") and len(name) == 40 and "555" not in name
    assert (
        len(
            {name, other.conversation_of("telegram", "5550001112"), one.conversation_of("line", "5550001112"), one.secret("telegram"), other.secret("telegram")}
        )
        == 5
    )


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_to(**values: str) -> None:
        for name in ("TOKEN", "WEBHOOK", "API"):
            monkeypatch.setenv(f"JPKI_BOT_TELEGRAM_{name}", values.get(name, ""))

    return set_to


def test_telegram_is_off_without_a_token(environment: Callable[..., None]) -> None:
    environment()
    assert read_settings().telegram is None


def test_telegram_settings_are_read_and_the_token_is_not_shown(environment: Callable[..., None]) -> None:
    environment(TOKEN=TOKEN, WEBHOOK="https://bot.example.jp/", API="http://127.0.0.1:8081")
    settings = read_settings()
    assert settings.telegram == TelegramSettings(TOKEN, "https://bot.example.jp", "http://127.0.0.1:8081")
    assert TOKEN not in repr(settings)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"TOKEN": "ヒミツ"}, "TOKEN"),
        ({"TOKEN": "123:short"}, "TOKEN"),
        ({"TOKEN": f"{TOKEN}/../x"}, "TOKEN"),
        ({"WEBHOOK": "https://bot.example.jp"}, "WEBHOOK"),
        ({"API": "http://127.0.0.1:8081"}, "API"),
        *(
            ({"TOKEN": TOKEN, "WEBHOOK": wrong}, "WEBHOOK")
            for wrong in ("http://bot.example.jp", "bot.example.jp", "https://bot.example.jp:5005", "https://a.jp?x=1", "https://[", "https://a.jp:x")
        ),
        *(
            ({"TOKEN": TOKEN, "API": wrong}, "API")
            for wrong in ("https://api.telegram.org", "http://10.0.0.5:8081", "http://127.0.0.1.example:80", "http://127.0.0.1", "http://u@127.0.0.1:80", "x")
        ),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(environment: Callable[..., None], values: dict[str, str], name: str) -> None:
    environment(**values)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert f"JPKI_BOT_TELEGRAM_{name}" in str(refused.value) and "ヒミツ" not in str(refused.value) and TOKEN not in str(refused.value)
