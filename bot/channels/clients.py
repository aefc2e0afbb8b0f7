"""Whom a request is counted for: the network it comes from, as this server or the proxies declared in front of it see it."""

from __future__ import annotations

import ipaddress

from sanic import Request

_THIS_MACHINE = ("127.0.0.1", "::/64")


def client_of(request: Request) -> str:
    """The address that the outermost declared proxy saw, else the one that is connected. What a client writes itself never counts."""
    return _network(request.remote_addr) or client_name(request.ip)


def counted_client(request: Request) -> str | None:
    """As `client_of`; None where this machine itself asks: behind it may stand a proxy that nobody declared, and all residents."""
    client = client_of(request)
    return None if is_this_machine(client) else client


def is_this_machine(client: str) -> bool:
    """By the addresses that programs use for it, and no other of loopback."""
    return client in _THIS_MACHINE


def client_name(address: str) -> str:
    """An IPv6 network counts as one client, since its owner has all its addresses."""
    return _network(address) or address


def _network(address: str) -> str | None:
    """Without brackets, port and zone; None where it is no address."""
    try:
        found = ipaddress.ip_address(_bare(address.strip()))
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def _bare(address: str) -> str:
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    return address.partition("%")[0]
