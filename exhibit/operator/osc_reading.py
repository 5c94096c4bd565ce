"""Open Sound Control as it lies in a datagram: messages, bundles of them, and what is wrong in it.

python-osc, which writes our own, gives up a whole bundle for one text that is no UTF-8, takes a
message without type tags for one without values, and skips a type it does not know without its
bytes, so that the next number is read from the wrong place. Here every message stands for itself.

Source: Open Sound Control 1.0 specification, with the types of 1.1. Differs: text may be UTF-8, and
the padding of the last value may be missing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

Value = bool | int | float | str

_BUNDLE = b"#bundle\0"
_HEAD_BYTES = len(_BUNDLE) + 8
_DEEPEST = 8
_NUMBERS = {"i": struct.Struct(">i"), "h": struct.Struct(">q"), "f": struct.Struct(">f")}
_NUMBERS["d"] = struct.Struct(">d")
_SIZE = _NUMBERS["i"]
_OF_NO_BYTES: dict[str, Value | None] = {"T": True, "F": False, "N": None, "I": None}
_UNUSED_BYTES = {"t": 8, "c": 4, "r": 4, "m": 4, "[": 0, "]": 0}


@dataclass(frozen=True, slots=True)
class Message:
    """One message; a value of a type that the table has no use for is None."""

    address: str
    values: tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something in a datagram that is no message, and why not."""

    reason: str


class _UnreadableError(ValueError):
    """The message is the reason."""


def read_packet(data: bytes, depth: int = 0) -> Iterator[Message | Unreadable]:
    """Yield every message of a datagram, and what else is in it.

    Args:
        data: a message, or a bundle of messages and bundles.
        depth: of the bundle that it lies in.
    """
    try:
        if not data.startswith(_BUNDLE):
            yield _message(data)
            return
        if len(data) < _HEAD_BYTES or depth == _DEEPEST:
            raise _UnreadableError("a bundle that ends too early, or lies too deep in others")
    except _UnreadableError as error:
        yield Unreadable(str(error))
        return
    at = _HEAD_BYTES
    while at < len(data):
        size = _SIZE.unpack_from(data, at)[0] if len(data) - at >= _SIZE.size else -1
        at += _SIZE.size
        if not 0 <= size <= len(data) - at:
            yield Unreadable("a bundle whose parts are longer than itself")
            return
        yield from read_packet(data[at : at + size], depth + 1)
        at += size


def _message(data: bytes) -> Message:
    if not data.startswith(b"/"):
        raise _UnreadableError("neither a message nor a bundle")
    address, at = _text(data, 0)
    if data[at : at + 1] != b",":
        raise _UnreadableError(f"{address:.60} has no type tags")
    tags, at = _text(data, at)
    values = []
    for tag in tags[1:]:
        value, at = _value(tag, data, at)
        values.append(value)
    if at < len(data):
        raise _UnreadableError(f"{address:.60} is longer than its type tags '{tags:.20}' say")
    return Message(address, tuple(values))


def _value(tag: str, data: bytes, at: int) -> tuple[Value | None, int]:
    number = _NUMBERS.get(tag)
    if number is not None:
        return number.unpack(_part(data, at, number.size))[0], at + number.size
    if tag in "sS":
        return _text(data, at)
    if tag in _OF_NO_BYTES:
        return _OF_NO_BYTES[tag], at
    if tag == "b":
        size = _SIZE.unpack(_part(data, at, _SIZE.size))[0]
        at += _SIZE.size
        _part(data, at, size)
        return None, min(_padded(at + size), len(data))
    if tag in _UNUSED_BYTES:
        _part(data, at, _UNUSED_BYTES[tag])
        return None, at + _UNUSED_BYTES[tag]
    raise _UnreadableError(f"the type '{tag}' is not known, nor how long its value is")


def _part(data: bytes, at: int, size: int) -> bytes:
    if not 0 <= size <= len(data) - at:
        raise _UnreadableError("a message that ends within a value")
    return data[at : at + size]


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise _UnreadableError("a text without an end")
    try:
        return data[at:end].decode("utf-8"), min(_padded(end + 1), len(data))
    except UnicodeDecodeError:
        raise _UnreadableError("a text that is no UTF-8") from None


def _padded(at: int) -> int:
    return (at + 3) // 4 * 4
