"""The issuer's certificates: installed by fingerprint only."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from bot.counter.roots import RootError, Roots
from bot.counter.wording import Root
from tests.counter.authority import Authority, secrets_of


@pytest.fixture
def roots(tmp_path: Path, issuer: Authority) -> Roots:
    return Roots(tmp_path / "roots", [Root(name="test01", sha256=issuer.fingerprint.upper()), Root(name="test02", sha256="0" * 64)])


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_a_known_root_is_installed_from_either_form(roots: Roots, issuer: Authority, tmp_path: Path, encoding: Encoding) -> None:
    file = tmp_path / "authca.cer"
    file.write_bytes(issuer.root.public_bytes(encoding))
    assert roots.ders() == ()
    assert roots.install(file).name == "test01"
    assert roots.ders() == (issuer.der,) and [root.name for root, _ in roots.installed()] == ["test01"]


def test_anything_else_is_refused_and_nothing_of_it_is_kept_or_told(roots: Roots, certificate: bytes, tmp_path: Path) -> None:
    """A holder's certificate above all: no card's file is ever written."""
    file = tmp_path / "card.cer"
    file.write_bytes(certificate)
    with pytest.raises(RootError) as refused:
        roots.install(file)
    assert "指紋" in str(refused.value) and not (tmp_path / "roots").exists()
    assert not any(secret in str(refused.value) for secret in secrets_of(certificate))


@pytest.mark.parametrize("content", [b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", bytes(20_000)])
def test_what_is_no_certificate_is_refused(roots: Roots, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.cer").write_bytes(content)
    with pytest.raises(RootError):
        roots.install(tmp_path / "x.cer")


def test_a_missing_file_is_named(roots: Roots, tmp_path: Path) -> None:
    with pytest.raises(RootError) as refused:
        roots.install(tmp_path / "nothing.cer")
    assert "nothing.cer" in str(refused.value)


def test_a_root_that_was_exchanged_afterwards_is_not_used(roots: Roots, issuer: Authority, tmp_path: Path) -> None:
    file = tmp_path / "authca.cer"
    file.write_bytes(issuer.der)
    roots.install(file)
    (tmp_path / "roots" / "test01.cer").write_bytes(Authority.made().der)
    assert roots.ders() == ()
