"""Whatever somebody's editor, disk or cat made of a configuration, it is refused or it runs.

Spans file, overrides and the reader of YAML.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from exhibit.cli import starting
from exhibit.contract.settings.file import examine_config
from exhibit.contract.settings.overrides import parse_overrides
from exhibit.contract.settings.schema import Config

ROOT = Path(__file__).parents[4]
WHOLE = (ROOT / "config.yaml").read_bytes()
FRAGMENTS = [
    b"*a", b"&a ", b"<<: ", b"!!int ", b"!!timestamp x", b"!!binary aaaa", b"!!set {a}", b"? ",
    b"- ", b"[", b"{", b"}", b"]", b": ", b"|\n", b">\n", b"'", b'"', b"\t", b"\x00", b"\xff",
    b"\xed\xa0\x80", b'"\\ud800"', b"...\n", b"---\n", b"%YAML 9.9\n", b".nan", b"-.inf", b"1e999",
    b"0x" + b"f" * 999, b"9" * 5000, b"2026-13-45", b"12:30", b"yes", b"~", b"null: null\n", b"#",
    b"editing: {directions: [{name: [x]}]}\n", b"stage: 5\n", b"[1]: 2\n", b"camera:\n- a\n",
]  # fmt: skip


@some.composite
def mutated(draw: some.DrawFn) -> bytes:
    """Return the file of the repository with some pieces cut out, doubled, changed or put in."""
    text = WHOLE
    for _ in range(draw(some.integers(1, 6))):
        start = draw(some.integers(0, len(text)))
        end = min(len(text), start + draw(some.integers(0, 40)))
        piece = draw(some.one_of(some.sampled_from(FRAGMENTS), some.binary(max_size=8)))
        text = text[:start] + draw(some.sampled_from([piece, text[start:end] * 2])) + text[end:]
    return text


def _examine(text: bytes, folder: Path) -> None:
    file = folder / "config.yaml"
    file.write_bytes(text)
    config, problems = examine_config(file)
    assert isinstance(config, Config) != bool(problems)
    for problem in problems:
        line = problem.describe("config.yaml")
        assert line.encode()
        assert "\n" not in line
        assert len(line) < 1000
    layer, refused = parse_overrides(text.decode("utf-8", "replace"))
    assert (layer is None) == bool(refused)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutated")


@given(text=mutated())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_config_mutated_is_refused_in_a_line_or_runs(folder: Path, text: bytes) -> None:
    _examine(text, folder)


@pytest.mark.slow
@given(text=mutated())
@settings(
    max_examples=10_000, deadline=timedelta(seconds=5), suppress_health_check=list(HealthCheck)
)
def test_ten_thousand_mutated_configs_are_refused_in_a_line_or_run_and_a_service_starts(
    folder: Path, text: bytes
) -> None:
    _examine(text, folder)
    with pytest.MonkeyPatch.context() as patched:
        # What is a bundle is asked elsewhere, and reading it ten thousand times takes an hour.
        patched.setattr(starting, "refuse_useless", lambda _: None)
        started = starting.service_settings(folder / "config.yaml", {})
    assert all("\n" not in line for line in started.left_out)


@given(text=some.sampled_from(FRAGMENTS))
@example(text=b"")
@example(text=b"x" * 5000 + b": 1\n")
@example(text=b'"a\\nb": 1\n')
@settings(max_examples=len(FRAGMENTS), deadline=None, derandomize=True)
def test_config_of_one_fragment_is_refused_in_a_line_or_runs(folder: Path, text: bytes) -> None:
    _examine(text, folder)
    _examine(b"camera:\n  source: " + text, folder)
    _examine(b"editing:\n  directions: " + text, folder)
