"""The issuer's own certificates, as the operator installed them: known by fingerprint, and by nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from bot.counter.wording import Root
from bot.private_files import make_folder

_LARGEST = 16_384


class RootError(Exception):
    """A file that is not installed; the message says why, and nothing of what stands in it."""


class Roots:
    """Below `folder`. A file there that no longer has a known fingerprint is not used."""

    def __init__(self, folder: Path, known: Sequence[Root]) -> None:
        self._folder, self._known = folder, {root.sha256.lower(): root for root in known}

    def install(self, file: Path) -> Root:
        """Copies one certificate, DER or PEM. Raises RootError, also for a certificate of anybody else: no such thing is ever kept."""
        der = _der(_content(file))
        root = self._known.get(hashlib.sha256(der).hexdigest())
        if root is None:
            raise RootError(f"{file}: 指紋（SHA-256）が data/counter.yml の roots にありません。J-LISの認証局の証明書か、確かめてください。入れませんでした")
        try:
            make_folder(self._folder)
            self._path(root).write_bytes(der)
        except OSError as error:
            raise RootError(f"{self._path(root)}: 書けません（{error.strerror}）") from error
        return root

    def installed(self) -> list[tuple[Root, bytes]]:
        """The known roots that are there, with their DER."""
        return [(root, der) for digest, root in self._known.items() if (der := self._read(root)) and hashlib.sha256(der).hexdigest() == digest]

    def ders(self) -> tuple[bytes, ...]:
        return tuple(der for _, der in self.installed())

    def _read(self, root: Root) -> bytes | None:
        try:
            return self._path(root).read_bytes()
        except OSError:
            return None

    def _path(self, root: Root) -> Path:
        return self._folder / f"{root.name}.cer"


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        raise RootError(f"{file}: 読めません（{error.strerror}）") from error
    if len(content) > _LARGEST:
        raise RootError(f"{file}: 証明書のファイルではありません（大きすぎます）")
    return content


def _der(content: bytes) -> bytes:
    """DER as it is; PEM is unwrapped."""
    if b"-----BEGIN" not in content:
        return content
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        return x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)
    except ValueError:
        return b""
