"""The commands on checkpoints leave alone what they read, and a dry run writes nothing.

Spans average and compact.
"""

from pathlib import Path

import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")

from models.cli import main  # noqa: E402
from models.saved.checkpoint import ENCODER, write_checkpoint  # noqa: E402
from tests.models.hands import small_hand  # noqa: E402


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    hand, path = small_hand(), tmp_path / "encoder.pt"
    state = {
        "encoder_config": hand.inverter.config.to_dict(),
        "generator_config": hand.generator.config.to_dict(),
        "inverter_ema": hand.inverter.state_dict(),
        "generator_ema": hand.generator.state_dict(),
        "pictures_seen": 0,
    }
    write_checkpoint(path, ENCODER, state)
    return path


@pytest.mark.parametrize("command", [("compact",), ("average", "again")])
def test_dry_run_says_the_size_and_writes_nothing(checkpoint: Path, command: tuple[str]) -> None:
    out = checkpoint.with_name("out.pt")
    files = [str(checkpoint)] * len(command)
    made = CliRunner().invoke(main, [command[0], *files, "-o", str(out), "--dry-run"])
    assert made.exit_code == 0, made.output
    assert " MB -> " in made.output
    assert not out.exists()


@pytest.mark.parametrize("command", [("compact",), ("average", "again")])
def test_a_checkpoint_is_not_replaced_by_what_is_made_of_it(
    checkpoint: Path, command: tuple[str]
) -> None:
    before = checkpoint.read_bytes()
    files = [str(checkpoint)] * len(command)
    refused = CliRunner().invoke(main, [command[0], *files, "-o", str(checkpoint)])
    assert refused.exit_code == 2
    assert f"{checkpoint}: would overwrite what this command reads" in refused.output
    assert checkpoint.read_bytes() == before
