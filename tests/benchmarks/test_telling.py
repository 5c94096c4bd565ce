import json

import pytest

from benchmarks.telling import tell


@pytest.mark.parametrize("indent", [None, 1])
def test_tell_prints_and_writes_the_same_json(indent, tmp_path, capsys) -> None:
    found = {"ratio": 1.5, "reasons": ["a", "b"]}
    tell(found, tmp_path / "found.json", indent)
    printed = capsys.readouterr().out
    assert json.loads(printed) == found
    assert (tmp_path / "found.json").read_text(encoding="utf-8") == printed
    assert (printed.count("\n") == 1) == (indent is None)


def test_tell_without_a_file_only_prints(capsys) -> None:
    tell([1], None, None)
    assert capsys.readouterr().out == "[1]\n"
