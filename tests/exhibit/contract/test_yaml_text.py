"""No text may end the process that reads it, nor hold it up."""

from __future__ import annotations

import pytest
import yaml

from exhibit.contract.yaml_text import LONGEST, YamlError, read_yaml, write_yaml

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_read_yaml_gives_data_and_where_it_stands() -> None:
    root, data = read_yaml("ink:\n  threshold: 0.5\n  list: [1, yes, text]\n")
    assert data == {"ink": {"threshold": 0.5, "list": [1, True, "text"]}}
    assert root is not None
    assert root.value[0][1].value[0][0].start_mark.line == 1


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_read_yaml_nothing_is_none(text: str) -> None:
    assert read_yaml(text)[1] is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, r"line 2: an alias \(\*name\)"),
        ("a: &a\n  b: *a\n", r"line 2: an alias"),
        ("a:\n  <<: *b\n", r"line 2: an alias"),
        ("[" * 100, "line 1: nested deeper than 24 levels"),
        ("[" * 60_000, "line 1: nested deeper"),
        ("\n".join("  " * depth + "a:" for depth in range(100)), "nested deeper"),
        ("- " * 5000, "nested deeper"),
        ("a" * (LONGEST + 1), f"letters, expected at most {LONGEST}"),
        ("a: !!int abc", "line 1: 'abc' is no int"),
        ("a: !!bool perhaps", "line 1: 'perhaps' is no bool"),
        ("a: !!timestamp x", "line 1: 'x' is no timestamp"),
        ("a: !!float x", "line 1: 'x' is no float"),
        ("a: !!null [b]", "line 1: "),
        ("a: !!timestamp 2026-13-45", "line 1: '2026-13-45' is no timestamp"),
        ("a: !!int 1:50", "line 1: '1:50' is no int"),
        ("a: !!python/object:os.system x", "line 1: not YAML: could not determine a constructor"),
        ("a: !mine x", "line 1: not YAML: could not determine a constructor"),
        ("a: 0x" + "f" * 4000, "line 1: '0xfff.* is no number"),
        ("a: " + "9" * 5000, "line 1: .* is no int"),
        ("a: 9223372036854775808", "line 1: '9223372036854775808' is no number or text"),
        ('a: "\\ud83d"', r"line 1: '\\ud83d' is no number or text"),
        ("? [a, b]\n: c\n", "line 1: not YAML: found unhashable key"),
        ("? {a: b}\n: c\n", "line 1: not YAML: found unhashable key"),
        ("[" + "1," * 20_000 + "]", "line 1: too many values"),
        ("a: [", "line 1: "),
        ("a: b\n c: d", "line 2: "),
        ("a: b\n--- \nc: d", "line 2: not YAML: but found another document"),
        ("a: \x00", "special characters are not allowed"),
        ("a: \ud800", "special characters are not allowed"),
        ("%YAML 9.9\n---\na", "line 1: not YAML: found incompatible YAML document"),
    ],
)
def test_read_yaml_what_it_does_not_take_is_one_line(text: str, message: str) -> None:
    with pytest.raises(YamlError, match=message) as caught:
        read_yaml(text)
    said = str(caught.value)
    assert said.isascii()
    assert "\n" not in said
    assert len(said) < 300


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0150", 150),
        ("010", 10),
        ("-007", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("0150.5", 150.5),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        (".5", 0.5),
        ("+3", 3),
        ("-.inf", float("-inf")),
        ("1:50", "1:50"),
        ("1:30.5", "1:30.5"),
        ("10:00", "10:00"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01 10:00:00+02:00", "2026-01-01 10:00:00+02:00"),
        ("=", "="),
        ("on", True),
        ("No", False),
        ("oN", "oN"),
        ("~", None),
    ],
)
def test_read_yaml_value_is_what_is_written(written: str, value: object) -> None:
    read = read_yaml(f"a: {written}\n")[1]["a"]
    assert (read, type(read)) == (value, type(value))


def test_read_yaml_keys_are_text_as_written() -> None:
    assert read_yaml("on: 1\n2026: 2\n010: 3\n<<: {a: 1}\n")[1] == {
        "on": 1,
        "2026": 2,
        "010": 3,
        "<<": {"a": 1},
    }


@pytest.mark.parametrize(
    "value",
    ["1e3", "0150", "0o17", "10:00", "1_000", "on", "2026-01-01", "=", "", "~", "ø", 1e20, 1e-7, 8],
)
def test_write_yaml_is_read_as_the_same_by_either_version(value: object) -> None:
    text = write_yaml({"a": value})
    assert read_yaml(text)[1] == {"a": value}
    assert yaml.safe_load(text) == {"a": value}
