"""`jpki-bot run` as it is in operation, on a free port with a state folder of its own."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from benchmarks.systems import Ours

_PREFIX, _MODELS = "JPKI_BOT_", "JPKI_BOT_MODELS"


class Served(Ours):
    """With the model of the project; `limits` are those of operation, or none."""

    def __init__(self, root: Path, folder: Path, limits: bool) -> None:
        super().__init__(root, folder)
        self._limits = limits

    def environment(self) -> dict[str, str]:
        models = os.environ.get(_MODELS, str(self._root / "models"))
        return {**super().environment(), _MODELS: models, "JPKI_BOT_LIMITS": "on" if self._limits else "off"}

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def pid(self) -> int:
        return self._processes[0].pid

    @property
    def state(self) -> Path:
        return self.folder.resolve() / "state"

    def stored(self) -> tuple[int, int]:
        """Bytes of the conversations with nothing left in the journal, and how many there are."""
        path = self.state / "conversations.sqlite3"
        with closing(sqlite3.connect(path, timeout=30)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (count,) = database.execute("SELECT count(*) FROM conversations").fetchone()
        files = [path, path.with_name(path.name + "-wal")]
        return sum(file.stat().st_size for file in files if file.is_file()), int(count)

    def _answers(self, client: httpx.Client) -> bool:
        try:
            return client.get(f"{self.url}/ready").status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def served(root: Path, limits: bool) -> Iterator[Served]:
    """Started and ended here. Raises benchmarks.systems.SystemFailed."""
    with TemporaryDirectory() as folder:
        server = Served(root, Path(folder), limits)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def forget_settings() -> None:
    """Nothing of the operator's own installation is measured or touched: no channel is connected, no staff page opened."""
    for name in [name for name in os.environ if name.startswith(_PREFIX) and name != _MODELS]:
        del os.environ[name]
