"""The portraits are the testbed for directions: their labels must be the truth."""

import csv
from collections import Counter

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("resvg_py")

from models.cli import main
from models.collection.dataset import DrawingDataset
from models.collection.portraits.composing import COLUMNS, Portrait, choose, render, to_svg
from models.collection.portraits.parts import CHANCE, STYLES, load_design_sets

DESIGNS = load_design_sets()


def test_design_sets_are_complete() -> None:
    assert tuple(DESIGNS) == STYLES
    for design in DESIGNS.values():
        assert {part for part, _ in design.layers} <= set(design.parts)
        assert all(variants for variants in design.parts.values())


@pytest.mark.parametrize("style", STYLES)
def test_to_svg_leaves_no_hole(style) -> None:
    svg = to_svg(choose([DESIGNS[style]], 0, 0))
    assert "{" not in svg
    assert svg.startswith("<svg ")


def test_choose_is_determined_by_seed_and_index() -> None:
    designs = list(DESIGNS.values())
    heads = [choose(designs, 5, index).labels() for index in range(20)]
    assert heads == [choose(designs, 5, index).labels() for index in range(20)]
    assert heads != [choose(designs, 6, index).labels() for index in range(20)]


def test_choose_draws_optional_parts_as_often_as_said() -> None:
    heads = [choose([DESIGNS["lorelei"]], 0, index).chosen for index in range(1000)]
    seen = Counter(part for head in heads for part in head)
    for part, chance in CHANCE.items():
        assert seen[part] / 1000 == pytest.approx(chance, abs=0.05)
    assert seen["eyes"] == 1000


@pytest.mark.parametrize("part", ["glasses", "beard", "hair", "eyes", "mouth"])
def test_render_with_another_part_changes_the_picture(part) -> None:
    design = DESIGNS["lorelei"]
    chosen = {name: sorted(variants)[0] for name, variants in design.parts.items()}
    with_part = render(Portrait(design, chosen), 96)
    rest = {name: variant for name, variant in chosen.items() if name != part}
    other = rest if part in CHANCE else rest | {part: sorted(design.parts[part])[-1]}
    difference = np.abs(with_part.astype(int) - render(Portrait(design, other), 96)).mean()
    assert difference > 0.3


def test_portraits_command_writes_pictures_with_their_labels(tmp_path) -> None:
    target = tmp_path / "heads"
    made = CliRunner().invoke(
        main, ["collection", "portraits", "-o", str(target), "--count", "4", "--resolution", "64"]
    )
    assert made.exit_code == 0, made.output
    with (target / "labels.csv").open() as file:
        labels = list(csv.DictReader(file))
    dataset = DrawingDataset(target, 64, 1)
    assert tuple(row["file"] for row in labels) == dataset.names
    assert tuple(labels[0])[1:] == COLUMNS
    picture = next(iter(dataset))[1][0]
    assert (picture[0] == 255).all()
    assert (picture < 60).mean() > 0.05
    again = CliRunner().invoke(main, ["collection", "portraits", "-o", str(target)])
    assert again.exit_code == 2
    assert "not empty" in again.output
