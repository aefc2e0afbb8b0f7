"""Cookies, tokens, hashes and links that were made up: refused, each by its own error and never by another."""

from __future__ import annotations

import base64
import json
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.calendar_links import CalendarLinks
from bot.channels.choices import ChoiceGone, Choices
from bot.channels.clients import client_name
from bot.channels.password import PasswordError, PasswordHash
from bot.channels.session import SessionError, Sessions
from bot.channels.sign_in import SignIns, same
from bot.knowledge.answer import Button
from tests.fuzz.nasty import CHARACTERS, JSON, TEXTS
from tests.fuzz.profiles import tries

_ANY = st.text(CHARACTERS, max_size=60) | TEXTS
_SESSIONS = Sessions(bytes(32))
_TOKEN = _SESSIONS.issue()
_CLOCK = [0.0]


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@tries(150)
@example("\udcff.\udcff.\udcff")
@example(_TOKEN + "\udcff")
@given(_ANY | st.builds(lambda head, claims, end: f"{_part(head)}.{_part(claims)}.{end}", JSON, JSON, _ANY))
def test_a_session_that_was_made_up_is_refused(token: str) -> None:
    with pytest.raises(SessionError):
        _SESSIONS.conversation(token)


@pytest.mark.parametrize(
    "head", [{"alg": "none", "typ": "JWT"}, {"alg": "HS256", "typ": "JWT", "kid": "../../dev/null"}, {"alg": "RS256"}, {"alg": ["HS256"]}, []]
)
@pytest.mark.parametrize("claims", [{"sid": "x"}, {"sid": None}, {"sid": {"a": 1}}, {}, [], "sid"])
def test_a_session_that_signs_for_itself_is_refused(head: object, claims: object) -> None:
    for signature in ("", "AAAA", _TOKEN.rpartition(".")[2]):
        with pytest.raises(SessionError):
            _SESSIONS.conversation(f"{_part(head)}.{_part(claims)}.{signature}")


@tries(150)
@given(place=st.integers(0, len(_TOKEN) - 1), letter=st.characters())
def test_a_session_with_one_letter_changed_is_refused(place: int, letter: str) -> None:
    changed = _TOKEN[:place] + letter + _TOKEN[place + 1 :]
    # The last letter of a signature carries bits that belong to no byte.
    if changed == _TOKEN or (place == len(_TOKEN) - 1 and letter.isascii()):
        return
    with pytest.raises(SessionError):
        _SESSIONS.conversation(changed)


@tries(100)
@given(cookie=_ANY, token=_ANY)
def test_a_cookie_that_was_made_up_signs_nobody_in(cookie: str, token: str) -> None:
    sign_ins = SignIns(60.0, lambda: _CLOCK[0])
    made, wanted = sign_ins.begin(), sign_ins.form()
    for given_cookie in (cookie, f"{made}{cookie}" if cookie else cookie, made.partition(".")[0] + "." + cookie):
        assert sign_ins.token(given_cookie) is None
        sign_ins.end(given_cookie)
        assert not sign_ins.fits_form(given_cookie, token)
    assert not sign_ins.fits_form(wanted[0], token) and sign_ins.fits_form(*wanted)
    assert sign_ins.token(made) is not None
    assert same(token, token) if token.isascii() else True


@tries(100)
@given(address=_ANY)
def test_an_address_of_any_form_has_a_name_to_count_by(address: str) -> None:
    assert isinstance(client_name(address), str)


_HASH = str(PasswordHash(2**14, 8, 1, sha256(b"salt").digest()[:16], sha256(b"nobody knows").digest()))


@tries(150)
@example("scrypt:" + ":".join(["9" * 5000] * 3) + ":AA==:AA==")
@example("scrypt:16384:99999999999:1:" + _HASH.split(":", 4)[4])
@given(
    _ANY
    | st.lists(st.sampled_from(["scrypt", "16384", "8", "1", "-1", "0", "1e5", "２", "9" * 5000, "AA==", "é", *_HASH.split(":")]) | _ANY, max_size=7).map(
        ":".join
    )
)
def test_a_line_is_a_password_hash_or_is_refused(line: str) -> None:
    try:
        found = PasswordHash.read(line)
    except PasswordError as error:
        assert str(error)
    else:
        assert PasswordHash.read(str(found)) == found


@tries(12)
@given(password=_ANY)
def test_a_wrong_password_is_wrong_whatever_it_holds(password: str) -> None:
    assert not PasswordHash.read(_HASH).fits(password)


@tries(100)
@given(name=_ANY, place=_ANY)
def test_a_link_or_button_that_nobody_gave_is_gone(name: str, place: str) -> None:
    links, choices = CalendarLinks("https://bot.example"), Choices()
    links.add({"name": "a.ics", "media_type": "text/calendar", "content": ""})
    (offered,) = choices.offer("one", [Button("中野区", "municipality:nakano")])
    assert links.get(name) is None
    for choice in (name, f"{name}.{place}", f"{offered.partition('.')[0]}.{place}" if place != "0" else place, f"{offered}{name}" if name else name):
        with pytest.raises(ChoiceGone):
            choices.take("one", choice)
    with pytest.raises(ChoiceGone):
        choices.take("another", offered)
    assert choices.take("one", offered).payload == "municipality:nakano"
