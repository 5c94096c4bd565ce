"""Network addresses as people write them: one host, a network of hosts, a host and a port."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LOCAL = ("127.0.0.0/8", "::1/128")
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_LABEL = r"[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.?")
_NUMBERS_ALONE = re.compile(r"[0-9.]+")
_TARGET = re.compile(r"(?:\[([^\[\]]+)\]|([^\[\]:]+)):([0-9]{1,5})")


def networks_of(text: str) -> tuple[Network, ...]:
    """Return the networks that a text names: an address, a network, or `localhost`.

    IPv4 written as IPv6 (`::ffff:10.0.0.1`) is IPv4.

    Raises:
        ValueError: it names none; no other names are taken, for a sender has an address only.
    """
    written = _LOCAL if text == "localhost" else (text,)
    try:
        found = [ipaddress.ip_network(part, strict=False) for part in written]
    except ValueError:
        raise ValueError(
            "expected an address such as 192.168.10.21, a network such as 192.168.10.0/24, "
            "or localhost"
        ) from None
    networks = tuple(_unmapped(network) for network in found)
    if any(_sends_never(network) for network in networks):
        raise ValueError(
            "no sender has such an address; for all write 0.0.0.0/0, and with IPv6 ::/0 as well"
        )
    return networks


def sender_of(text: str) -> Address | None:
    """Return the address in a text that a socket gives, IPv4 as such; None where it is none."""
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(text.partition("%")[0])
        return getattr(address, "ipv4_mapped", None) or address
    return None


def is_among(sender: str, networks: Iterable[Network]) -> bool:
    """Return whether a sender's address lies in one of the networks."""
    address = sender_of(sender)
    return address is not None and any(address in network for network in networks)


def unheard(host: str, allowed: Iterable[str]) -> list[tuple[int, str]]:
    """List which of the allowed senders cannot come where a socket listens.

    Args:
        host: address that the socket is bound to; of a name nothing is known.
        allowed: addresses and networks, as `networks_of` takes them.

    Returns:
        number in `allowed`, and why, of each.
    """
    listens = sender_of("127.0.0.1" if host == "localhost" else host)
    if listens is None:
        return []
    found = []
    for number, text in enumerate(allowed):
        networks = networks_of(text)
        if listens.is_loopback and not any(_is_of_this_machine(network) for network in networks):
            found.append((number, f"{host} hears this machine alone; 0.0.0.0 hears all"))
        elif listens.version == 4 and all(network.version == 6 for network in networks):
            found.append((number, f"{host} hears no IPv6; :: hears all"))
    return found


def target_of(text: str) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:9001`, `table.example:9001` or `[::1]:9001`.

    Raises:
        ValueError: it is none of these.
    """
    found = _TARGET.fullmatch(text)
    if found is None:
        raise ValueError("expected host and port, such as 127.0.0.1:9001 or [::1]:9001")
    host, port = _host(found[1] or found[2]), int(found[3])
    if not 1 <= port <= 65535:
        raise ValueError(f"port {port}; expected one from 1 to 65535")
    return host, port


def _host(text: str) -> str:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(text)
        return text
    if _NAME.fullmatch(text) is None or _NUMBERS_ALONE.fullmatch(text):
        raise ValueError("expected an address such as 192.168.10.21, or the name of a host")
    return text


def _unmapped(network: Network) -> Network:
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(_MAPPED):
        low = int(network.network_address) & 0xFFFFFFFF
        return ipaddress.IPv4Network((low, network.prefixlen - _MAPPED.prefixlen))
    return network


def _is_of_this_machine(network: Network) -> bool:
    mine = ipaddress.ip_network(_LOCAL[network.version == 6])
    return network.overlaps(mine)


def _sends_never(network: Network) -> bool:
    """Return whether a network is one address that stands for none or for many at once."""
    only = network.network_address
    return network.num_addresses == 1 and (
        only.is_unspecified or only.is_multicast or str(only) == "255.255.255.255"
    )


def _networks(text: str) -> str:
    networks_of(text)
    return text


def _target(text: str) -> str:
    target_of(text)
    return text


Host = Annotated[str, AfterValidator(_host)]
"""An address or a name."""
Addresses = Annotated[str, AfterValidator(_networks), Field(examples=["192.168.10.0/24"])]
"""An address, or a network of them."""
Target = Annotated[str, AfterValidator(_target), Field(examples=["127.0.0.1:9001"])]
"""A host and a port."""
