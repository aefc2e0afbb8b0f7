"""The inbox: what is taken outlasts the process, what is answered leaves nothing behind, what came once is known."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.inbox import Arrival, InboxError
from bot.channels.session import Sessions
from bot.channels.sqlite_inbox import CORRUPT, FAULT, GIVEN_UP, SqliteInbox
from bot.engine.faults import Faults
from tests.channels.inboxes import KEY, an_inbox, faults

DAY = 86_400.0


def letter(name: str, *also: str, channel: str = "line", **body: Any) -> Arrival:
    return Arrival(channel, (name, *also), {"text": "更新したい", **body})


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "inbox.sqlite3"


async def test_what_was_taken_is_there_after_a_restart_in_the_order_in_which_it_came(path: Path) -> None:
    first = an_inbox(path)
    assert await first.take([letter("2", at=2), letter("1", at=1)]) == [True, True]
    assert await first.take([letter("3", channel="telegram")]) == [True]
    await first.trying("line", "1")
    await first.close()
    second = an_inbox(path)
    left = await second.waiting("line")
    assert [(arrival.names, arrival.body["at"], arrival.tried) for arrival in left] == [(("2",), 2, False), (("1",), 1, True)]
    assert [arrival.names for arrival in await second.waiting("telegram")] == [("3",)]
    await second.close()


async def test_what_came_once_is_known_also_after_a_restart(path: Path) -> None:
    first = an_inbox(path)
    assert await first.take([letter("1"), letter("1"), letter("2")]) == [True, False, True]
    await first.done("line", "1")
    await first.close()
    second = an_inbox(path)
    assert await second.take([letter("1"), letter("2"), letter("3"), letter("1", channel="telegram")]) == [False, False, True, True]
    await second.close()


async def test_pictures_sent_together_are_one(path: Path) -> None:
    inbox = an_inbox(path)
    assert await inbox.take([letter("1", "album a"), letter("2", "album a")]) == [True, False]
    assert await inbox.take([letter("2", "album a"), letter("3", "album b")]) == [False, True]
    await inbox.close()


async def test_nothing_can_be_read_in_the_file_and_nothing_is_left_of_what_was_answered(path: Path) -> None:
    inbox = an_inbox(path)
    await inbox.take([letter("event-1", text="ヒミツノコトバ", user="U5550001112")])
    with sqlite3.connect(path) as database:
        (sealed,) = database.execute("SELECT sealed FROM waiting").fetchone()
    at_rest = _bytes(path)
    assert sealed in at_rest
    assert not [word for word in ("event-1", "ヒミツ", "5550001112", "\\u30d2\\u30df\\u30c4") if word.encode() in at_rest]
    await inbox.done("line", "event-1")
    assert sealed[20:60] not in _bytes(path)
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    await inbox.close()


def _bytes(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


async def test_a_name_is_forgotten_after_two_days_but_not_before(path: Path) -> None:
    now = [1_000_000.0]
    inbox = SqliteInbox(path, Sessions(KEY), faults(), lambda: now[0])
    await inbox.take([letter("1")])
    now[0] += 2 * DAY - 1
    assert await inbox.take([letter("1")]) == [False]
    now[0] += 2
    assert await inbox.take([letter("2"), letter("1")]) == [True, False], "an answer is still owed"
    await inbox.done("line", "1")
    now[0] += 3 * DAY
    assert await inbox.take([letter("1")]) == [True]
    await inbox.close()


async def test_only_so_many_names_are_remembered(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.sqlite_inbox._MOST_REMEMBERED", 50)
    inbox = an_inbox(path)
    for number in range(80):
        await inbox.take([letter(f"{number}")])
        await inbox.done("line", f"{number}")
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM seen").fetchone() == (50,)
    assert await inbox.take([letter("79"), letter("31"), letter("3")]) == [False, False, True]
    await inbox.close()


async def test_many_at_once_are_each_taken_once(path: Path) -> None:
    inbox = an_inbox(path)
    found = await asyncio.gather(*(inbox.take([letter(f"{number % 40}")]) for number in range(400)))
    assert sum(is_new for (is_new,) in found) == 40
    await asyncio.gather(*(inbox.done("line", f"{number}") for number in range(40)))
    assert await inbox.waiting("line") == []
    await inbox.close()


async def test_on_a_full_disk_nothing_is_taken_and_then_it_goes_on(path: Path) -> None:
    register = faults()
    inbox = SqliteInbox(path, Sessions(KEY), register)
    await inbox.take([letter("1"), letter("2")])
    with full_disk():
        with pytest.raises(InboxError, match="受信箱に書けません.*JPKI_BOT_STATE"):
            await inbox.take([letter("3")])
        await inbox.done("line", "1")
        await inbox.tend()
        assert register.has(FAULT)
    await inbox.tend()
    assert not register.has(FAULT)
    assert await inbox.take([letter("3"), letter("1")]) == [True, False]
    assert [arrival.names for arrival in await inbox.waiting("line")] == [("2",), ("3",)]
    await inbox.close()


async def test_where_no_file_can_be_made_that_is_said_and_tried_again(path: Path) -> None:
    path.mkdir(parents=True)
    register = faults()
    inbox = SqliteInbox(path, Sessions(KEY), register)
    for _ in range(2):
        with pytest.raises(InboxError, match=str(path)):
            await inbox.take([letter("1")])
    assert [fault.name for fault in register.lasting()] == [FAULT]
    path.rmdir()
    assert await inbox.take([letter("1")]) == [True] and register.lasting() == ()
    await inbox.close()


async def test_a_second_process_is_kept_out_in_words(path: Path) -> None:
    first, second = an_inbox(path), an_inbox(path)
    await first.take([letter("1")])
    with pytest.raises(InboxError, match="別のプロセス.*1つのプロセスだけ"):
        await second.waiting("line")
    await first.close()
    assert len(await second.waiting("line")) == 1
    await second.close()


@pytest.mark.parametrize("spoil", [lambda whole: b"no database at all" * 300, lambda whole: whole[:5000] + b"\xff" * 4096 + whole[9096:]])
async def test_a_broken_file_is_set_aside_and_a_new_one_begun(path: Path, spoil: Any) -> None:
    first = an_inbox(path)
    await first.take([letter(f"{number}") for number in range(200)])
    await first.close()
    path.write_bytes(spoil(path.read_bytes()))
    register = faults()
    second = SqliteInbox(path, Sessions(KEY), register)
    assert await second.take([letter("new")]) == [True]
    assert [fault.name for fault in register.past()] == [CORRUPT] and len(list(path.parent.glob("inbox.sqlite3.corrupt-*"))) == 1
    await second.close()


async def test_what_was_sealed_with_another_key_is_given_up(path: Path) -> None:
    first = an_inbox(path)
    await first.take([letter("1")])
    await first.close()
    register = faults()
    second = SqliteInbox(path, Sessions(bytes(32)), register)
    assert await second.waiting("line") == []
    assert [fault.name for fault in register.past()] == [GIVEN_UP] and "1件" in register.past()[0].message
    assert await second.waiting("line") == [] and len(register.past()) == 1
    await second.close()


async def test_what_ends_the_process_each_time_is_given_up_at_last(path: Path) -> None:
    register = faults()
    first = an_inbox(path)
    await first.take([letter("poison")])
    await first.close()
    found = [len(await _after_restart(path, register)) for _ in range(31)]
    assert found == [1] * 30 + [0] and [fault.name for fault in register.past()] == [GIVEN_UP]


async def _after_restart(path: Path, register: Faults) -> list[Arrival]:
    inbox = SqliteInbox(path, Sessions(KEY), register)
    left = await inbox.waiting("line")
    await inbox.close()
    return left


async def test_whoever_gives_up_waiting_takes_nothing_back(path: Path) -> None:
    inbox = an_inbox(path)
    impatient = asyncio.ensure_future(inbox.take([letter("1")]))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    assert await inbox.take([letter("1")]) == [False]
    await inbox.close()
