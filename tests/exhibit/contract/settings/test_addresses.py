"""An address that can never match must be refused with its line, not sit in the file unheard."""

from __future__ import annotations

import ipaddress

import pytest

from exhibit.contract.settings.addresses import is_among, networks_of, target_of, unheard
from exhibit.contract.settings.file import parse_config


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("192.168.10.21", "192.168.10.21"),
        ("192.168.10.0/24", "192.168.10.77"),
        ("192.168.10.21/24", "192.168.10.77"),
        ("127.0.0.0/8", "127.1.2.3"),
        ("localhost", "127.0.0.1"),
        ("localhost", "::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.0/104", "10.9.9.9"),
        ("10.0.0.1", "::ffff:10.0.0.1"),
        ("fe80::/10", "fe80::1%eth0"),
    ],
)
def test_is_among_sender_of_what_is_written_is_taken(written: str, sender: str) -> None:
    assert is_among(sender, networks_of(written))


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("192.168.10.0/24", "192.168.11.1"),
        ("localhost", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.2"),
        ("::/0", "10.0.0.1"),
        ("0.0.0.0/0", "no address"),
    ],
)
def test_is_among_others_are_not(written: str, sender: str) -> None:
    assert not is_among(sender, networks_of(written))


@pytest.mark.parametrize("written", ["*", "desk.local", "10.0.0.300", "10.0.0.0/33", "", "10.1"])
def test_networks_of_what_names_no_sender_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"such as 192\.168\.10\.0/24, or localhost"):
        networks_of(written)


@pytest.mark.parametrize(
    "written", ["0.0.0.0", "::", "::ffff:0.0.0.0", "224.0.0.1", "255.255.255.255"]
)
def test_networks_of_address_that_nobody_has_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"for all write 0\.0\.0\.0/0"):
        networks_of(written)


@pytest.mark.parametrize(
    ("host", "allowed", "numbers"),
    [
        ("127.0.0.1", ["localhost", "192.168.10.0/24", "0.0.0.0/0"], [1]),
        ("localhost", ["10.0.0.1", "127.0.0.0/8"], [0]),
        ("::1", ["fe80::/10", "::1"], [0]),
        ("0.0.0.0", ["192.168.10.0/24", "fe80::/10", "localhost"], [1]),
        ("::", ["192.168.10.0/24", "fe80::/10"], []),
        ("table.museum.example", ["192.168.10.0/24"], []),
    ],
)
def test_unheard_is_who_cannot_come_there(
    host: str, allowed: list[str], numbers: list[int]
) -> None:
    assert [number for number, _ in unheard(host, allowed)] == numbers


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("127.0.0.1:9001", ("127.0.0.1", 9001)),
        ("[::1]:65535", ("::1", 65535)),
        ("desk.museum.example:1", ("desk.museum.example", 1)),
    ],
)
def test_target_of_host_and_port(written: str, target: tuple[str, int]) -> None:
    assert target_of(written) == target


@pytest.mark.parametrize(
    "written",
    ["127.0.0.1:99999", "127.0.0.1:65536", "127.0.0.1:0", "a..b:9", "::1:9001", "127.0.0.1", ":1",
     "10.0.0.300:1", "x" * 64 + ":1", "a\0b:1"],
)  # fmt: skip
def test_target_of_what_cannot_be_sent_to_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        target_of(written)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('  send_to: ["127.0.0.1:99999"]', "osc.send_to.0: "),
        ("  allow: [localhost, desk.local]", "osc.allow.1: desk.local"),
        ('  host: "a b"', "osc.host: "),
    ],
)
def test_parse_config_address_that_is_none_names_its_line(line: str, key: str) -> None:
    _, problems = parse_config(f"osc:\n  enabled: true\n{line}\n")
    assert problems[0].describe("config.yaml").startswith(f"config.yaml:3: {key}")


def test_networks_of_localhost_is_both_loopbacks() -> None:
    assert networks_of("localhost") == (
        ipaddress.ip_network("127.0.0.0/8"),
        ipaddress.ip_network("::1/128"),
    )
