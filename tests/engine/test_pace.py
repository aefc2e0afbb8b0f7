"""A few answers a turn of the loop: whoever else waits for the loop comes between."""

from __future__ import annotations

import asyncio

from bot.engine.pace import _LANES, Pace


async def test_everybody_else_comes_after_a_few_answers_and_the_order_is_kept() -> None:
    pace, seen = Pace(), list[str]()

    async def answer(name: str) -> None:
        await pace.step()
        seen.append(name)

    async def others() -> None:
        while len(seen) < 60:
            await asyncio.sleep(0)
            seen.append("")

    names = [f"{number:02}" for number in range(3 * _LANES)]
    await asyncio.gather(*(answer(name) for name in names), others())
    assert [name for name in seen if name] == names
    together = [len(run.split(" ")) - 1 for run in "".join(name and f"{name} " or "|" for name in seen).split("|")]
    assert max(together) == _LANES, seen


async def test_who_gives_up_waiting_holds_nobody_up() -> None:
    pace = Pace()
    waiting = [asyncio.create_task(pace.step()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(done[1], asyncio.CancelledError) and done[0] is done[2] is None
    await asyncio.wait_for(pace.step(), 1)


def test_it_serves_one_loop_after_another() -> None:
    pace = Pace()

    async def several() -> None:
        await asyncio.gather(*(pace.step() for _ in range(3)))

    asyncio.run(several())
    asyncio.run(several())
