"""Whoever prints tokens gets those that were meant, or is told which were wrong."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from exhibit.cli import main


def _print(tmp_path: Path, *more: str) -> tuple[int, str]:
    config = tmp_path / "config.yaml"
    config.write_text("tokens:\n  cards:\n  - {id: 3, does: label}\n  - {id: 5, does: psi}\n")
    output = tmp_path / "tokens.pdf"
    command = ["tokens", "print", "-o", str(output), "--config", str(config), *more]
    ended = CliRunner().invoke(main, command)
    return ended.exit_code, ended.output


def test_print_tokens_writes_those_that_are_bound(tmp_path: Path) -> None:
    code, output = _print(tmp_path)
    assert (code, output.splitlines()[:2]) == (
        0,
        ["3: shows the label", "5: psi, turn: left 0, right 1"],
    )
    assert (tmp_path / "tokens.pdf").read_bytes().startswith(b"%PDF-1.4")


def test_print_tokens_asked_for_by_id_may_be_bound_to_nothing_yet(tmp_path: Path) -> None:
    code, output = _print(tmp_path, "--ids", "5-6", "--face", "down", "--paper", "letter")
    assert code == 0
    assert "6: bound to nothing yet" in output


def test_print_tokens_where_none_is_bound_asks_for_ids(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("")
    command = ["tokens", "print", "-o", str(tmp_path / "t.pdf"), "--config", str(config)]
    ended = CliRunner().invoke(main, command)
    assert ended.exit_code == 2
    assert "name some with --ids, such as 1-6" in ended.output


def test_check_names_tokens_for_what_the_bundle_has_not_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "tokens:\n  cards:\n  - {id: 1, does: label}\n"
        "  - {id: 4, does: direction, name: sideways}\n  - {id: 5, does: bundle, name: nobody}\n"
    )
    ended = CliRunner().invoke(main, ["check", str(path)])
    assert ended.exit_code == 2
    assert ":4: tokens.cards.1.name: token 4: bundle 'lear' has no direction" in ended.output
    assert ":5: tokens.cards.2.name: token 5: bundle 'nobody' not found" in ended.output
