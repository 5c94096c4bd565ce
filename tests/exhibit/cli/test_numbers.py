"""What no command can use is refused with the option's name, before anything begins."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

import calibration.cli
import exhibit.cli
from exhibit.cli.numbers import MOST, NOT_NEGATIVE, POSITIVE, SHARE, numbers_in
from exhibit.contract.errors import InputError


def numbers_without_ends(group: click.Group) -> Iterator[str]:
    """Name the options of all commands that take NaN, infinity, or whole numbers without an end."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from (f"{name} {found}" for found in numbers_without_ends(command))
            continue
        for option in command.params:
            flag = isinstance(option, click.Option) and option.is_flag
            kinds = option.type.types if isinstance(option.type, click.Tuple) else [option.type]
            if not flag and not all(map(_has_ends, kinds)):
                yield f"{name} {option.name}"


def _has_ends(kind: click.ParamType) -> bool:
    if isinstance(kind, click.types.IntParamType):
        return isinstance(kind, click.IntRange) and kind.min is not None
    if not isinstance(kind, click.types.FloatParamType):
        return True
    for text in ("nan", "inf", "-inf"):
        try:
            kind.convert(text, None, None)
        except click.BadParameter:
            continue
        return False
    return True


@pytest.mark.parametrize("main", [exhibit.cli.main, calibration.cli.main])
def test_every_number_of_a_command_is_finite_and_has_an_end(main: click.Group) -> None:
    assert list(numbers_without_ends(main)) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (NOT_NEGATIVE, "nan"),
        (NOT_NEGATIVE, "inf"),
        (NOT_NEGATIVE, "-1"),
        (POSITIVE, "0"),
        (SHARE, "1.5"),
    ],
)
def test_a_number_that_cannot_be_used_is_refused(kind: click.ParamType, text: str) -> None:
    with pytest.raises(click.BadParameter, match=text):
        kind.convert(text, None, None)


def test_numbers_in_takes_ranges_and_lists_each_once() -> None:
    assert numbers_in("--ids", "1-3, 6,2", 50) == [1, 2, 3, 6]
    assert len(numbers_in("--seeds", f"1-{MOST}", 2**32)) == MOST


@pytest.mark.parametrize(
    "text", ["", "a", "1-", "-3", "3-1", "49-50", "1;2", "1,,2", "0-9999999999"]
)
def test_numbers_in_refuses_what_is_no_number_that_is_there(text: str) -> None:
    with pytest.raises(InputError, match=f"--ids '{text}': .*expected"):
        numbers_in("--ids", text, 50)


def test_numbers_in_refuses_more_than_anybody_looks_at() -> None:
    with pytest.raises(InputError, match="--seeds '1-4000000000': expected at most 10000 numbers"):
        numbers_in("--seeds", "1-4000000000", 2**32)
