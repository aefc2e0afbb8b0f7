"""Draws the rich menu's picture from the labels of its definition: large words, high contrast, no decoration."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from bot.channels.line_client import LineError

_PAPER, _INK, _EDGE, _ACCENT = "#ffffff", "#1a1a1a", "#c8ced6", "#0b5394"
_MARGIN, _BAR, _LARGEST, _STEP = 18, 24, 150, 6
_SMALLEST = 60
_WANTED = ":lang=ja:bold:sans-serif"
_BREAK = "・"


def japanese_font() -> tuple[Path, int]:
    """The file and the index in it, as fontconfig chooses. Raises LineError."""
    try:
        found = subprocess.run(["fc-match", "-f", "%{file}\n%{index}", _WANTED], capture_output=True, text=True, check=True).stdout.split("\n")
        return Path(found[0]), int(found[1])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError) as error:
        raise LineError("日本語のフォントが見つかりません。--font で指定してください") from error


def draw(definition: Mapping[str, Any], font: Path, index: int) -> bytes:
    """A PNG of the size that the definition gives. Raises LineError."""
    image = Image.new("RGB", (definition["size"]["width"], definition["size"]["height"]), _EDGE)
    pen = ImageDraw.Draw(image)
    try:
        for area in definition["areas"]:
            _tile(pen, area["bounds"], str(area["action"]["label"]), font, index)
    except OSError as error:
        raise LineError(f"{font}: フォントとして読めません") from error
    file = io.BytesIO()
    image.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def _tile(pen: ImageDraw.ImageDraw, bounds: Mapping[str, int], label: str, font: Path, index: int) -> None:
    left, top = bounds["x"] + _MARGIN, bounds["y"] + _MARGIN
    right, bottom = bounds["x"] + bounds["width"] - _MARGIN, bounds["y"] + bounds["height"] - _MARGIN
    pen.rectangle((left, top, right, bottom), fill=_PAPER)
    pen.rectangle((left, top, right, top + _BAR), fill=_ACCENT)
    text = "\n".join(_lines(label))
    middle = ((left + right) / 2, (top + _BAR + bottom) / 2)
    letters = _fitting(pen, text, right - left - 4 * _MARGIN, font, index)
    pen.multiline_text(middle, text, fill=_INK, font=letters, anchor="mm", align="center", spacing=letters.size // 3)


def _lines(label: str) -> list[str]:
    """In two lines at a middle dot or, for a long label, after its particle."""
    if _BREAK in label:
        return label.split(_BREAK, 1)
    place = label.find("を") + 1
    return [label[:place], label[place:]] if 0 < place < len(label) else [label]


def _fitting(pen: ImageDraw.ImageDraw, text: str, width: float, font: Path, index: int) -> ImageFont.FreeTypeFont:
    for size in range(_LARGEST, _SMALLEST, -_STEP):
        letters = ImageFont.truetype(str(font), size, index=index)
        left, _, right, _ = pen.multiline_textbbox((0, 0), text, font=letters)
        if right - left <= width:
            return letters
    return ImageFont.truetype(str(font), _SMALLEST, index=index)
