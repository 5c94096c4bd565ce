"""Directions of PandA add one appearance to one part, where the drawing's feature map is."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.factors import factorise, refine  # noqa: E402
from models.directions.panda import discover, edits, flat_maps, part_within, region_part, shares  # noqa: E402
from models.directions.region import roir  # noqa: E402
from models.directions.sefa import discover as sefa  # noqa: E402
from tests.models.directions.subjects import corner, small_subject  # noqa: E402

FEW = {"appearances": 4, "parts": 3, "samples": 12}


def test_discover_gives_rank_one_directions_of_the_map_that_varies_most_first():
    found = discover(small_subject(count=4), **FEW)
    assert [d.space for d in found] == ["map"] * 4 and all(d.layers == () for d in found)
    for direction in found:
        rows = direction.vector.reshape(direction.vector.shape[0], -1)
        assert np.linalg.matrix_rank(rows, tol=1e-4) == 1
        assert direction.vector.shape[1:] == (16, 16)
    sigmas = [d.sigma for d in found]
    assert sigmas == sorted(sigmas, reverse=True) and sigmas[-1] > 0


def test_discover_sigma_is_the_spread_of_maps_along_the_direction():
    subject = small_subject(count=2)
    found = discover(subject, **FEW)
    maps = flat_maps(subject, 16, 12)
    along = maps.reshape(12, -1) @ found.directions[1].vector.ravel()
    assert found.directions[1].sigma == pytest.approx(float(along.std()), rel=1e-3)


def test_discover_in_a_region_gives_only_the_part_that_lies_there_most():
    subject = small_subject(count=3)
    found = discover(subject, region=corner(), **FEW)
    assert len({d.details["part"] for d in found}) == 1
    assert found.directions[0].details["region"]["pixels"] == 80


def test_edits_of_a_part_inside_a_region_are_more_local_there_than_sefa():
    subject = small_subject(count=1)
    maps = flat_maps(subject, 16, 12)
    factors = factorise(maps, 4, 3)
    own = region_part(corner(), 16)[:, None]
    drawn = type(factors)(factors.appearances, factors.gains, own, 1.0)
    (local,) = edits(subject, drawn, maps)
    (everywhere,) = sefa(subject)
    assert roir(subject, local, corner(), 0.5, 4) < 0.5 * roir(
        subject, everywhere, corner(), 0.5, 4
    )


def test_part_within_is_the_part_of_which_most_lies_in_the_region():
    subject = small_subject()
    factors = factorise(flat_maps(subject, 16, 12), 4, 3)
    parts = np.zeros_like(factors.parts)
    parts[:, 0] = 1
    parts[:, 1] = shares(corner(), 16)
    parts[0, 2] = 1
    assert part_within(type(factors)(factors.appearances, factors.gains, parts, 1.0), corner()) == 1


def test_shares_of_half_a_place_is_a_half():
    region = np.zeros((32, 32), np.bool_)
    region[0:2, 0:1] = True
    found = shares(region, 16)
    assert found[0] == 0.5 and found[1:].max() == 0


def test_discover_more_directions_than_factors_is_refused():
    with pytest.raises(InputError, match="13 directions; expected at most 12"):
        discover(small_subject(count=13), **FEW)


def test_discover_of_the_region_itself_adds_nothing_outside_of_it():
    found = discover(small_subject(count=2), region=corner(), part="region", **FEW)
    outside = shares(corner(), 16).reshape(16, 16) == 0
    assert all(np.abs(d.vector[:, outside]).max() == 0 for d in found)


def test_discover_part_of_a_region_without_a_region_is_refused():
    with pytest.raises(InputError, match="'region' without a region"):
        discover(small_subject(), part="region", **FEW)


def test_discover_refined_to_a_picture_gives_parts_as_they_lie_in_it():
    subject = small_subject(count=2)
    plain = discover(subject, **FEW)
    refined = discover(subject, refined_to=3, **FEW)
    maps = flat_maps(subject, 16, 12)
    factors = factorise(maps, 4, 3)
    expected = refine(factors, maps[3])[:, refined.directions[0].details["part"] - 1]
    shape = np.abs(refined.directions[0].vector).sum(axis=0).ravel()
    assert np.corrcoef(shape, expected)[0, 1] > 0.999
    assert not np.allclose(refined.vectors[0], plain.vectors[0], atol=1e-3)
    assert refined.directions[0].details["refined_to"] == 3
    with pytest.raises(InputError, match="picture 12: expected one of 0 to 11"):
        discover(subject, refined_to=12, **FEW)


def test_edits_reach_as_far_as_what_the_maps_hold_at_a_part_and_back():
    subject = small_subject(count=1)
    (one,) = discover(subject, **FEW)
    maps = flat_maps(subject, 16, 12).reshape(12, -1, 256)
    where = np.abs(one.vector).sum(axis=0).ravel()
    held = np.linalg.norm(maps @ (where / np.linalg.norm(where)), axis=1).mean()
    assert one.details["reach"] == pytest.approx(2 * held, rel=1e-3)
