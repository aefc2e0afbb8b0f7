"""What the HTTP interface takes and gives, as OpenAPI: bot/web/openapi.yml, served as JSON."""

from __future__ import annotations

import json

import yaml

from bot.channels.assets import PAGES, Asset


def description() -> Asset:
    """One file, read once."""
    content = yaml.safe_load((PAGES / "openapi.yml").read_text(encoding="utf-8"))
    return Asset(json.dumps(content, ensure_ascii=False).encode(), "application/json")
