"""A direction is called after what it changes, each name once; a person's name stays."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

from exhibit.contract.errors import InputError
from models.cli import main
from models.directions.naming import propose_names, rename
from models.directions.result import DirectionSet, Discovered, read_directions, write_directions
from tests.models.hands import write_gan


def direction(name: str, **correlations: float) -> Discovered:
    return Discovered(
        name=name,
        vector=np.eye(4, dtype=np.float32)[0],
        method="sefa",
        layers=(0, 1),
        seed=0,
        checkpoint="0" * 64,
        score=1.0,
        sigma=2.0,
        correlations=correlations,
        safe_range=(-1.0, 3.0),
    )


def test_propose_names_gives_each_name_once_to_the_closest():
    given = (
        direction("sefa-1", ink=0.7, slant=0.6),
        direction("sefa-2", ink=0.9, slant=0.1),
        direction("sefa-3", ink=0.4, slant=0.2),
    )
    assert propose_names(DirectionSet(given), 0.5).names == ("slant", "ink", "unnamed-1")


def test_propose_names_turns_round_what_gives_less():
    (found,) = propose_names(DirectionSet((direction("sefa-1", ink=-0.8),)))
    assert (found.name, found.safe_range) == ("ink", (-3.0, 1.0))
    assert found.correlations == {"ink": 0.8}
    np.testing.assert_array_equal(found.vector, [-1, 0, 0, 0])


def test_propose_names_keeps_what_a_person_chose_and_can_be_repeated():
    given = DirectionSet((direction("sefa-1", ink=0.9), direction("sefa-2", ink=0.8)))
    named = propose_names(rename(given, "sefa-2", "ink"))
    assert named.names == ("unnamed-1", "ink")
    assert propose_names(named).names == named.names


def test_propose_names_without_correlations_is_refused():
    with pytest.raises(InputError, match="'sefa-1' has no correlations"):
        propose_names(DirectionSet((direction("sefa-1"),)))


@pytest.mark.parametrize("new", ["", "../up", "a" * 41, " hat", "sefa-2"])
def test_rename_malformed_or_taken_name_is_refused(new: str):
    given = DirectionSet((direction("sefa-1", ink=0.9), direction("sefa-2", ink=0.8)))
    with pytest.raises(InputError):
        rename(given, "sefa-1", new)


def test_name_command_measures_names_and_renames(tmp_path: Path):
    checkpoint, folder = write_gan(tmp_path / "gan.pt"), tmp_path / "found"
    vectors = np.eye(16, dtype=np.float32)[:2]
    given = [
        Discovered(
            name=f"sefa-{i}",
            vector=vector.copy(),
            method="sefa",
            layers=tuple(range(8)),
            seed=0,
            checkpoint="0" * 64,
            score=1.0,
            sigma=1.0,
        )
        for i, vector in enumerate(vectors)
    ]
    write_directions(DirectionSet(tuple(given)), folder)
    run = CliRunner().invoke
    ran = run(main, ["directions", "name", str(folder)])
    assert ran.exit_code == 2 and "has no correlations" in ran.output
    command = ["directions", "name", str(folder), "--checkpoint", str(checkpoint)]
    ran = run(main, [*command, "--samples", "24", "--threshold", "1"])
    assert ran.exit_code == 0, ran.output
    found = read_directions(folder)
    assert found.names == ("unnamed-1", "unnamed-2")
    assert "slant" in found.directions[0].correlations
    ran = run(main, ["directions", "name", str(folder), "--rename", "unnamed-2", "louder hat"])
    assert read_directions(folder).names == ("unnamed-1", "louder hat")
