"""PostgreSQL, Redis and nginx of this machine, each started by a test on loopback in a folder of its own and ended by its id."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import PROJECT, free_port

REQUIRED = os.environ.get("JPKI_BOT_TEST_REQUIRE_SCALE") == "1"
PASSWORD = "pass-of-the-tests"


def program(name: str) -> str:
    """Its path; without it the test is skipped, or fails where the machine must have it."""
    places = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/sbin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        unavailable(f"{name} がありません（Debian: nginx-light, postgresql, redis-server）")
    return found


def unavailable(reason: str) -> None:
    if REQUIRED:
        pytest.fail(f"JPKI_BOT_TEST_REQUIRE_SCALE=1: {reason}")
    pytest.skip(reason)


def wait_until(reached: Callable[[], bool], what: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Program(ABC):
    """A process of ours in `folder`, on a `port` of loopback that it keeps over a restart."""

    user: str | None = None
    starts_within = 20.0

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.where, self.env = folder, dict(os.environ)
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> Sequence[str]:
        """What starts it."""

    def answers(self) -> bool:
        return listens(self.port)

    def start(self) -> None:
        self.launch()
        self.wait()

    def launch(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.where, env=self.env, **self.whose()
            )

    def wait(self) -> None:
        try:
            wait_until(lambda: self._running() and self.answers(), f"{type(self).__name__} starts", self.starts_within)
        except AssertionError:
            self.stop()
            raise AssertionError((self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]) from None

    def whose(self) -> dict[str, Any]:
        """How subprocess is told of `user`."""
        return {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}

    def ensure(self) -> None:
        """Running, whatever a test has left."""
        if self._process is None or self._process.poll() is not None:
            self.start()
        self.send(signal.SIGCONT)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self.send(how)
            self.send(signal.SIGCONT)
            self._process.wait(30)
            self._process = None

    def send(self, sent: signal.Signals) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            os.kill(self.pid, sent)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _running(self) -> bool:
        assert self._process is not None and self._process.poll() is None, f"{type(self).__name__} ended"
        return True


class Redis(Program):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._program = program("redis-server")

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str]:
        settings = {"bind": "127.0.0.1", "port": str(self.port), "requirepass": PASSWORD, "save": "", "appendonly": "no", "dir": str(self.folder)}
        return [self._program, *(part for name, value in settings.items() for part in (f"--{name}", value))]


class Postgres(Program):
    """It refuses to be root: then it runs as Debian's user postgres, whose way to its folder must be open (pytest closes its own)."""

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="jpki-bot-postgres-"))
        super().__init__(folder)
        self._data = folder / "data"
        self._postgres, self._ready = program("postgres"), program("pg_isready")
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            self.user = "postgres"
            for path in (folder, secret):
                shutil.chown(path, "postgres", "postgres")
        made = [program("initdb"), "-D", str(self._data), "-U", "jpki_bot", "--pwfile", str(secret), "--auth=scram-sha-256", "-E", "UTF8", "--no-locale", "-N"]
        done = subprocess.run(made, cwd=folder, capture_output=True, text=True, check=False, **self.whose())
        assert done.returncode == 0, done.stderr

    @property
    def url(self) -> str:
        return f"postgresql://jpki_bot:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    @property
    def socket_url(self) -> str:
        return f"postgresql://jpki_bot:{PASSWORD}@/postgres?host={self.folder}&port={self.port}"

    def command(self) -> Sequence[str]:
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": str(self.folder), "shared_buffers": "16MB"}
        return [self._postgres, "-D", str(self._data), *(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))]

    def answers(self) -> bool:
        done = subprocess.run([self._ready, "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False)
        return done.returncode == 0

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: at once, whoever is connected."""
        super().stop(how)

    def end(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def freeze(self, sent: signal.Signals) -> None:
        """To it and to the processes that serve its connections: SIGSTOP, and SIGCONT afterwards."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        for pid in (self.pid, *map(int, children)):
            os.kill(pid, sent)


class BotProcess(Program):
    """A real `jpki-bot run`, one of several with the same conversations. `settings` come on top of what they share."""

    starts_within = 240.0

    def __init__(self, folder: Path, shared: dict[str, str], **settings: str) -> None:
        super().__init__(folder)
        self.where, self.env = PROJECT, {**os.environ, **shared, **settings}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        return [sys.executable, "-m", "bot.cli", "run", "--port", str(self.port)]

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")


class Nginx(Program):
    """With deploy/nginx.conf as it is shipped: only places and ports are ours."""

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        super().__init__(folder)
        self._program = program("nginx")
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        subprocess.run([program("openssl"), *made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        self.plain_port = free_port()
        site = (PROJECT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        for shipped, ours in (
            (r"server 127\.0\.0\.1:5101 max_fails=0;\n    server 127\.0\.0\.1:5102 max_fails=0;", _servers(ports)),
            (r"server 127\.0\.0\.1:5101 max_fails=0;", _servers(ports[:1])),
            (r"listen 80;\n    listen \[::\]:80;", f"listen 127.0.0.1:{self.plain_port};"),
            (r"listen 443 ssl http2;\n    listen \[::\]:443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;"),
            (r"/etc/ssl/jpki-bot/fullchain\.pem", str(certificate)),
            (r"/etc/ssl/jpki-bot/privkey\.pem", str(key)),
            (r"/var/log/nginx", str(folder)),
        ):
            site, count = re.subn(shipped, ours, site)
            assert count, f"deploy/nginx.conf has no {shipped}"
        (folder / "site.conf").write_text(site, encoding="utf-8")
        temporary = "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        # One worker: the limits are shared anyway, and this machine has other things to do.
        http = f"http {{\n{temporary}    include {folder}/site.conf;\n}}\n"
        (folder / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nevents {{ worker_connections 2048; }}\n{http}", encoding="utf-8"
        )

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        return [self._program, "-p", str(self.folder), "-e", str(self.folder / "early.log"), "-c", str(self.folder / "nginx.conf")]

    def check(self) -> str:
        """What `nginx -t` says. Raises CalledProcessError."""
        return subprocess.run([*self.command(), "-t"], check=True, capture_output=True, text=True).stderr


def _servers(ports: Sequence[int]) -> str:
    return "\n    ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
