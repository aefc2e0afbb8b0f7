"""LINE's rich menu: data/line/rich_menu.json in LINE's own format, and the picture of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.channels.line_client import LineClient, LineError


@dataclass(frozen=True)
class RichMenu:
    """`definition` is what LINE takes; `image` is the path of its picture."""

    definition: Mapping[str, Any]
    image: Path

    @classmethod
    def read(cls, data: Path) -> RichMenu:
        """Raises LineError."""
        path = data / "line" / "rich_menu.json"
        try:
            definition = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise LineError(f"{path}: リッチメニューの定義が読めません（{type(error).__name__}）") from error
        return cls(definition, path.with_suffix(".png"))

    def save_image(self, png: bytes) -> None:
        """Raises LineError."""
        try:
            self.image.write_bytes(png)
        except OSError as error:
            raise LineError(f"{self.image}: 書けません（{error.strerror}）") from error

    async def register(self, client: LineClient) -> None:
        """Shows it to everybody, then removes the earlier ones of this name; others are left alone. Closes `client`. Raises LineError."""
        try:
            earlier = [str(menu.get("richMenuId")) for menu in await client.menus() if menu.get("name") == self.definition["name"]]
            menu = await client.add_menu(self.definition)
            await client.put_menu_image(menu, self._png())
            await client.show_menu_to_all(menu)
            for name in earlier:
                await client.remove_menu(name)
        finally:
            await client.close()

    def _png(self) -> bytes:
        try:
            return self.image.read_bytes()
        except OSError as error:
            raise LineError(f"{self.image}: 画像がありません。jpki-bot line draw で描いてください") from error
