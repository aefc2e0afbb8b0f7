"""Whom a request is counted for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sanic.compat import Header
from sanic.headers import parse_xforwarded

from bot.channels.clients import client_name, client_of, counted_client


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.1:5555", "10.0.0.1"),
        (" 10.0.0.1 ", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("[::ffff:10.0.0.1]:80", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("[2001:db8::1]:443", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_an_address_is_one_client_however_it_is_written(address: str, name: str) -> None:
    assert client_name(address) == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("2001:db8::1", "2001:db8::ffff:2", True), ("2001:db8::1", "2001:db8:0:1::1", False), ("10.0.0.1", "10.0.0.2", False)],
)
def test_an_ipv6_network_is_one_client(one: str, other: str, same: bool) -> None:
    assert (client_name(one) == client_name(other)) is same


_PEER = "192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, ["203.0.113.9"], _PEER),
        (1, [], _PEER),
        (1, ["203.0.113.9"], "203.0.113.9"),
        (1, ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        (1, ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        (2, ["198.51.100.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        (2, ["203.0.113.9"], _PEER),
        (1, ["198.51.100.1, unknown"], _PEER),
        (1, ["198.51.100.1, _hidden"], _PEER),
        (1, ["198.51.100.1, <script>"], _PEER),
        (1, ["198.51.100.1, "], "198.51.100.1"),
        (1, ["198.51.100.1, [2001:db8::7]:4711"], "2001:db8::/64"),
    ],
)
def test_the_outermost_declared_proxys_word_counts_and_no_other(proxies: int, forwarded: list[str], client: str) -> None:
    config = SimpleNamespace(PROXIES_COUNT=proxies or None, REAL_IP_HEADER=None, FORWARDED_FOR_HEADER="X-Forwarded-For")
    headers = Header([("x-forwarded-for", value) for value in forwarded])
    named = (parse_xforwarded(headers, config) or {}).get("for", "")
    assert client_of(SimpleNamespace(remote_addr=named, ip=_PEER)) == client


@pytest.mark.parametrize(("address", "counted"), [("127.0.0.1", None), ("::1", None), ("127.0.0.2", "127.0.0.2"), ("198.51.100.7", "198.51.100.7")])
def test_this_machine_itself_is_nobody_s_client(address: str, counted: str | None) -> None:
    assert counted_client(SimpleNamespace(remote_addr="", ip=address)) == counted
