from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.condition import condition, residual  # noqa: E402
from tests.models.directions.subjects import small_subject  # noqa: E402


def random_rows(count: int, size: int = 16) -> np.ndarray:
    return np.random.default_rng(3).standard_normal((count, size))


def test_residual_is_orthogonal_where_the_printed_form_only_rescales():
    one, two = random_rows(2)
    ours = residual(one, two[None])
    np.testing.assert_allclose(ours, one - (one @ two) / (two @ two) * two)
    assert abs(ours @ two) < 1e-12
    printed = one - (one @ two) / (two @ two) * one
    assert abs(printed @ two) > 0.1
    turned = abs(printed @ one) / np.linalg.norm(printed) / np.linalg.norm(one)
    assert turned == pytest.approx(1)


def test_residual_of_oblique_others_is_orthogonal_to_each():
    one, two, three = random_rows(3)
    others = np.stack([two, three + 5 * two])
    assert np.abs(others @ residual(one, others)).max() < 1e-10


def test_condition_keeps_the_name_and_forgets_what_must_be_measured():
    subject = small_subject()
    found = subject.results("sefa", random_rows(3), [3, 2, 1]).directions
    one = replace(found[0], safe_range=(-1, 1), correlations={"slant": 0.5}, layers=(1, 2))
    (made,) = condition(subject, one, found[1:])
    assert np.abs(np.stack([other.vector for other in found[1:]]) @ made.vector).max() < 1e-6
    assert (made.name, made.layers, made.safe_range) == ("sefa-1", (1, 2), None)
    assert made.correlations == {}
    assert made.details["conditioned_on"] == ["sefa-2", "sefa-3"]
    w = subject.sample_w(4096).numpy()
    assert made.sigma == pytest.approx((w @ made.vector).std(), rel=1e-4)


def test_condition_of_w_on_w_plus_gives_w_plus():
    subject = small_subject()
    flat = subject.results("sefa", random_rows(1), [1]).directions[0]
    wide = small_subject(space="w_plus").results("resefa", random_rows(8)[None], [1]).directions[0]
    (made,) = condition(subject, flat, [wide])
    assert made.space == "w_plus" and abs(np.sum(made.vector * wide.vector)) < 1e-6


def test_condition_on_itself_leaves_nothing():
    subject = small_subject()
    one = subject.results("sefa", random_rows(1), [1]).directions[0]
    with pytest.raises(InputError, match="nothing is left"):
        condition(subject, one, [one])


def test_condition_of_another_generator_is_refused():
    subject = small_subject()
    one, two = subject.results("sefa", random_rows(2), [1, 1]).directions
    with pytest.raises(InputError, match="found in checkpoint 111111111111…"):
        condition(subject, one, [replace(two, checkpoint="1" * 64)])


def test_condition_of_a_direction_of_the_map_is_refused():
    subject = small_subject()
    (one,) = subject.results("sefa", random_rows(1), [1]).directions
    added = np.zeros((2, 16, 16), np.float32)
    added[0, 0, 0] = 1
    with pytest.raises(InputError, match="'sefa-1' moves the feature map"):
        condition(subject, one, [replace(one, vector=added, layers=())])
