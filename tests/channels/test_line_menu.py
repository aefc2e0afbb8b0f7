"""The rich menu: what it leads to, its picture, and the commands for it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot.channels.line_menu import RichMenu
from bot.channels.line_menu_image import draw
from bot.channels.line_messages import pressed
from bot.dialogue.turn import Content
from tests.conftest import PROJECT
from tests.fakes.line_api import TOKEN, LineApi, line_api

Command = Callable[..., "subprocess.CompletedProcess[str]"]
_MENU = RichMenu.read(PROJECT / "data")


@pytest.fixture
def api() -> Iterator[LineApi]:
    with line_api() as api:
        yield api


def _settings(api: LineApi, **more: str) -> dict[str, str]:
    return {"JPKI_BOT_LINE_SECRET": "a-channel-secret", "JPKI_BOT_LINE_TOKEN": TOKEN, "JPKI_BOT_LINE_API": api.url, **more}


def test_every_area_leads_somewhere_and_names_what_was_said(content: Content) -> None:
    actions = [area["action"] for area in _MENU.definition["areas"]]
    topics = [payload.removeprefix("topic:") for payload, _ in (pressed(action["data"]) for action in actions) if payload.startswith("topic:")]
    assert topics == content.base.wording.menu
    assert [action["data"] for action in actions if not action["data"].startswith("topic:")] == ["line:help\n使い方・市区町村"]
    assert all(pressed(action["data"])[1] == action["displayText"] == action["label"] for action in actions)


def test_the_areas_cover_the_picture_without_a_gap() -> None:
    size = _MENU.definition["size"]
    assert sum(area["bounds"]["width"] * area["bounds"]["height"] for area in _MENU.definition["areas"]) == size["width"] * size["height"]


def test_the_picture_belongs_to_the_definition_and_is_small_enough() -> None:
    with Image.open(_MENU.image) as image:
        size = _MENU.definition["size"]
        assert image.format == "PNG" and image.size == (size["width"], size["height"])
        grey = image.convert("L")
        for area in _MENU.definition["areas"]:
            b = area["bounds"]
            darkest, lightest = grey.crop((b["x"], b["y"], b["x"] + b["width"], b["y"] + b["height"])).getextrema()
            assert darkest < 40 and lightest > 240
    assert _MENU.image.stat().st_size < 1_000_000


def test_the_menu_is_put_up_once_however_often_it_is_registered(command: Command, api: LineApi) -> None:
    other = {**_MENU.definition, "name": "another"}
    api.menus["richmenu-other"] = dict(other)
    for _ in range(2):
        done = command("line", "menu", env=_settings(api))
        assert done.returncode == 0 and "登録しました" in done.stderr, done.stderr
    assert api.refused == [] and sorted(menu["name"] for menu in api.menus.values()) == ["another", "jpki-bot"]
    assert api.shown_menu in api.menus and api.images[api.shown_menu or ""] == _MENU.image.read_bytes()
    assert json.dumps(api.menus[api.shown_menu or ""]) == json.dumps(_MENU.definition)


def test_a_wrong_token_is_told_in_words(command: Command, api: LineApi) -> None:
    done = command("line", "menu", env=_settings(api, JPKI_BOT_LINE_TOKEN="wrong-t0ken"))
    assert done.returncode == 1 and "JPKI_BOT_LINE_TOKEN" in done.stderr and "wrong-t0ken" not in done.stderr and "Traceback" not in done.stderr


def test_without_settings_they_are_named(command: Command) -> None:
    done = command("line", "menu", env={"JPKI_BOT_LINE_SECRET": "", "JPKI_BOT_LINE_TOKEN": ""})
    assert done.returncode == 1 and "JPKI_BOT_LINE_SECRET" in done.stderr


def test_the_picture_can_be_drawn_from_the_labels(command: Command, tmp_path: Path) -> None:
    if not shutil.which("fc-match"):
        pytest.skip("no fontconfig here")
    shutil.copytree(PROJECT / "data", tmp_path / "data")
    (tmp_path / "data/line/rich_menu.png").unlink()
    done = command("line", "draw", env={"JPKI_BOT_PROJECT": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "data/line/rich_menu.png") as image:
        assert image.size == (2500, 1686)


def test_other_labels_give_another_picture(tmp_path: Path) -> None:
    found = subprocess.run(["fc-match", "-f", "%{file}", ":lang=ja"], capture_output=True, text=True, check=False) if shutil.which("fc-match") else None
    if not found or not found.stdout:
        pytest.skip("no Japanese font here")
    area = {"bounds": {"x": 0, "y": 0, "width": 800, "height": 400}, "action": {"label": "更新"}}
    pictures = [
        draw({"size": {"width": 800, "height": 400}, "areas": [{**area, "action": {"label": label}}]}, Path(found.stdout), 0) for label in ("更新", "紛失")
    ]
    assert pictures[0] != pictures[1] and Image.open(io.BytesIO(pictures[0])).size == (800, 400)


def test_a_file_that_is_no_font_is_named(command: Command, tmp_path: Path) -> None:
    (tmp_path / "font.ttf").write_bytes(b"x")
    shutil.copytree(PROJECT / "data", tmp_path / "data")
    done = command("line", "draw", "--font", str(tmp_path / "font.ttf"), env={"JPKI_BOT_PROJECT": str(tmp_path)})
    assert done.returncode == 1 and "font.ttf" in done.stderr and "Traceback" not in done.stderr
