"""Methods that learn from measured samples, on samples whose truth is known."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions import mean_difference, regression, svm  # noqa: E402
from models.directions.drawing import draw_codes  # noqa: E402
from models.directions.measured import Measured, correlations, measure_moves, measure_pictures  # noqa: E402
from models.directions.semantics import NAMES  # noqa: E402
from models.directions.subject import Subject  # noqa: E402
from models.networks.psp.inverter import Codes  # noqa: E402
from tests.models.hands import small_generator  # noqa: E402

W_DIM = 8


def known(noise: float = 0.1, count: int = 600) -> tuple[Measured, np.ndarray]:
    """Samples of uneven, off-centre codes, and measures that follow two known directions."""
    rng = np.random.default_rng(0)
    w = rng.normal(size=(count, W_DIM)) * np.linspace(1, 2, W_DIM) + 3
    truth = np.eye(W_DIM)[[1, 4]]
    values = w @ truth.T + noise * rng.normal(size=(count, 2))
    values[:, 1] *= 40
    return Measured(w.astype(np.float32), ("ink", "slant"), values), truth


def units(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def small_subject(**choices: object) -> Subject:
    values = {"generator": small_generator(), "checkpoint": "0" * 64, "layers": tuple(range(8))}
    return Subject(**(values | choices))


def test_regressed_finds_the_directions_that_made_the_measures():
    measured, truth = known()
    np.testing.assert_allclose(units(regression.regressed(measured)), truth, atol=0.02)


def test_regressed_equals_the_printed_form_over_all_pairs():
    measured, _ = known(noise=0.5, count=40)
    first, second = np.triu_indices(40, 1)
    steps = (measured.w[first] - measured.w[second]).astype(np.float64)
    values = measured.standardised()
    changes = values[first] - values[second]
    printed = np.linalg.inv(steps.T @ steps) @ steps.T @ changes
    np.testing.assert_allclose(regression.regressed(measured), printed.T, atol=1e-6)


def entangled() -> Measured:
    """Ink that follows one axis, darkness that follows it too and another one."""
    rng = np.random.default_rng(1)
    w = rng.normal(size=(2000, W_DIM))
    ink = w[:, 0] + 0.1 * rng.normal(size=2000)
    dark = 0.8 * w[:, 0] + 0.6 * w[:, 1]
    values = np.stack([ink, dark, np.full(2000, 3.0)], axis=1)
    return Measured(w.astype(np.float32), ("ink", "dark", "dull"), values)


def test_uncorrelated_measures_are_the_nearest_without_correlation():
    measured = entangled()
    freed = measured.uncorrelated()
    np.testing.assert_allclose(np.corrcoef(freed.values[:, :2].T), np.eye(2), atol=1e-9)
    for column in (0, 1):
        assert np.corrcoef(freed.values[:, column], measured.values[:, column])[0, 1] > 0.85
    assert not freed.values[:, 2].any()


def test_regressed_uncorrelated_targets_leave_the_other_semantic_alone():
    measured = entangled()
    freed = measured.uncorrelated()
    vector = units(regression.regressed(freed)[:2])[1].astype(np.float32)
    found = correlations(freed, vector)
    assert abs(found["ink"]) < 0.1 < 0.9 < found["dark"]
    plain = units(regression.regressed(measured)[:2])[1].astype(np.float32)
    assert correlations(measured, plain)["ink"] > 0.7


def test_mean_difference_white_axes_find_the_direction_that_wide_axes_hide():
    rng = np.random.default_rng(2)
    w = rng.normal(size=(3000, W_DIM)) * np.array([10, 1, 1, 1, 1, 1, 1, 1])
    values = (0.05 * w[:, 0] + w[:, 3])[:, None]
    measured = Measured(w.astype(np.float32), ("ink",), values)
    truth = units(np.eye(W_DIM)[[3]] + 0.05 * np.eye(W_DIM)[[0]])[0]
    plain, white = (
        units(mean_difference.differences(measured, 0.2, axes))[0] for axes in ("as-is", "white")
    )
    assert plain @ truth < 0.5
    assert white @ truth > 0.97


@pytest.mark.parametrize("fraction", [0.1, 0.5])
def test_mean_difference_points_from_least_to_most(fraction: float):
    measured, truth = known()
    found = units(mean_difference.differences(measured, fraction))
    assert (np.sum(found * truth, axis=1) > 0.95).all()


def test_svm_normal_separates_least_from_most():
    measured, truth = known()
    found = units(svm.normals(measured, 0.2))
    assert (np.sum(found * truth, axis=1) > 0.95).all()


def test_soft_plane_is_the_one_that_calculation_gives():
    """Two codes at ±a: 4Ca / (1 + 4Ca²). One code m of side -1: -2Cm / (1 + 2C|m|²)."""
    pair = svm.soft_plane(np.array([[2.0, 0], [-2.0, 0]]), np.array([1.0, -1.0]), 0.01)
    np.testing.assert_allclose(pair, [0.08 / 1.16, 0, 0], atol=1e-7)
    lone = svm.soft_plane(np.array([[3.0, -1.0]]), np.array([-1.0]), 0.5)
    np.testing.assert_allclose(lone, np.array([-3.0, 1.0, -1.0]) / 12, atol=1e-7)


def test_measure_that_never_changes_has_no_direction_and_no_correlation():
    measured, _ = known()
    values = np.column_stack([measured.values, np.full(len(measured.w), 7.0)])
    dull = Measured(measured.w, ("ink", "slant", "dull"), values)
    for vectors in (
        regression.regressed(dull),
        mean_difference.differences(dull),
        svm.normals(dull, 0.2),
    ):
        assert not vectors[2].any() and vectors[0].any()
    assert correlations(dull, np.eye(W_DIM, dtype=np.float32)[0])["dull"] == 0


@pytest.mark.parametrize("discover", [regression.discover, mean_difference.discover, svm.discover])
def test_discover_names_judges_and_sorts(discover):
    found = discover(small_subject(count=4), samples=80)
    scores = [direction.score for direction in found]
    assert len(found) == 4 and scores == sorted(scores, reverse=True)
    for direction in found:
        assert direction.name in NAMES and set(direction.correlations) == set(NAMES)
        assert direction.score == pytest.approx(abs(direction.correlations[direction.name]))
        assert np.linalg.norm(direction.vector) == pytest.approx(1, abs=1e-5)


def test_discover_keeps_the_semantics_asked_for():
    found = regression.discover(small_subject(), samples=60, semantics=("slant", "spread"))
    assert set(found.names) == {"slant", "spread"}
    with pytest.raises(InputError, match="'slants': expected some of ink-coverage"):
        regression.discover(small_subject(), samples=60, semantics=("slants",))


def test_discover_too_few_samples_or_w_plus_is_refused():
    with pytest.raises(InputError, match="20 samples; expected more than 21"):
        regression.discover(small_subject(), samples=20)
    with pytest.raises(InputError, match="w_plus has no samples"):
        svm.discover(small_subject(space="w_plus"), samples=60)


def test_measure_moves_pairs_each_move_with_what_it_changes():
    one = small_subject(layers=(6, 7))
    answers = Codes(one.as_ws(one.sample_w(3)) + 5.0, torch.ones(3, 16, 16, 16))
    found = measure_moves(one, answers, count=5)
    first, second = one.sample_w(10).split(5)
    np.testing.assert_allclose(found.w, (first - second).numpy() / np.sqrt(8), rtol=1e-5)
    moved = answers.w_plus[1:2].clone()
    moved[:, 6:] += torch.from_numpy(found.w[4])
    pictures = [
        draw_codes(one, Codes(w, answers.feature[1:2])) for w in (answers.w_plus[1:2], moved)
    ]
    before, after = (measure_pictures(picture)[1][0] for picture in pictures)
    np.testing.assert_allclose(found.values[4], after - before, atol=1e-6)


def test_discover_on_answers_notes_them():
    one = small_subject(count=2)
    answers = Codes(one.as_ws(one.sample_w(2)), None)
    found = regression.discover(one, samples=40, answers=answers)
    assert [d.details["moved_answers"] for d in found] == [2, 2]
