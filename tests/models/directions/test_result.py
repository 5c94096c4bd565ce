import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.numpy import save_file  # noqa: E402

from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.pca import discover as pca  # noqa: E402
from models.directions.registry import find_method  # noqa: E402
from models.directions.result import (  # noqa: E402
    FILE_NAME,
    DirectionSet,
    read_directions,
    write_directions,
)
from models.directions.subject import projection  # noqa: E402
from tests.models.directions.subjects import small_subject  # noqa: E402


def some_directions() -> DirectionSet:
    rows = np.random.default_rng(0).standard_normal((2, 16))
    return small_subject().results("sefa", rows, [2.0, 1.0], {"rows": "as-is"})


def test_directions_written_and_read_are_the_same(tmp_path):
    found = some_directions().with_changes(
        "sefa-2", name="leaning", safe_range=(-2.5, 3.0), correlations={"slant": 0.8}
    )
    write_directions(found, tmp_path / "set")
    again = read_directions(tmp_path / "set")
    assert again.names == ("sefa-1", "leaning")
    np.testing.assert_array_equal(again.vectors, found.vectors)
    for one, two in zip(found, again, strict=True):
        assert one.metadata() == two.metadata()
    assert again.find("leaning").safe_range == (-2.5, 3.0)


def test_results_are_unit_with_measured_sigma_and_settled_signs():
    subject = small_subject(space="w_plus", layers=(1, 3))
    rows = np.random.default_rng(1).standard_normal((2, 2, 16))
    found, flipped = (subject.results("resefa", sign * rows, [2, 1]) for sign in (1, -3))
    np.testing.assert_allclose(found.vectors, flipped.vectors)
    np.testing.assert_allclose(np.linalg.norm(found.vectors.reshape(2, -1), axis=1), 1, rtol=1e-6)
    values = projection(subject.sample_w(4096).numpy(), found.vectors[0])
    assert found.directions[0].sigma == pytest.approx(values.std(), rel=1e-4)


def test_directions_with_one_name_twice_are_refused():
    one = some_directions().directions[0]
    with pytest.raises(InputError, match="two directions are named 'sefa-1'"):
        DirectionSet((one, one))


def test_discovered_vector_of_another_length_is_refused():
    one = some_directions().directions[0]
    with pytest.raises(InputError, match="expected float32 of length 1"):
        replace(one, vector=2 * one.vector)


def test_read_directions_of_two_minds_is_refused(tmp_path):
    found = some_directions()
    listed = json.dumps({name: found.find("sefa-1").metadata() for name in ("sefa-1", "other")})
    tensors = {name: found.find("sefa-1").vector for name in ("sefa-1", "sefa-2")}
    save_file(tensors, tmp_path / FILE_NAME, {"directions": listed})
    with pytest.raises(InputError, match="'other' is only among the vectors or only in the header"):
        read_directions(tmp_path)


@pytest.mark.parametrize(
    "header", [None, {}, {"directions": "nonsense"}, {"directions": "5"}, {"directions": '["a"]'}]
)
def test_read_directions_without_what_is_known_of_them_is_refused(tmp_path, header):
    save_file({"sefa-1": np.eye(1, 16, dtype=np.float32)[0]}, tmp_path / FILE_NAME, header)
    with pytest.raises(InputError, match="directions are not readable"):
        read_directions(tmp_path)


def test_write_directions_has_all_of_a_set_in_one_file(tmp_path):
    """A rename on the page changes vectors and what is known of them: a power cut between two
    files would leave a set that nobody can read."""
    write_directions(some_directions(), tmp_path)
    write_directions(some_directions().with_changes("sefa-2", name="leaning"), tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == [FILE_NAME]


def test_find_unknown_direction_names_the_known():
    with pytest.raises(InputError, match="expected one of sefa-1, sefa-2"):
        some_directions().find("hat")


def test_find_method_unknown_names_the_known():
    with pytest.raises(InputError, match="expected one of pca, sefa"):
        find_method("magic")


def test_pca_finds_the_axes_of_largest_variance():
    subject = small_subject(count=2)
    found = pca(subject, samples=500)
    w = subject.sample_w(500).numpy()
    expected = np.linalg.svd(w - w.mean(axis=0), full_matrices=False)[2][:2]
    assert np.abs(np.sum(found.vectors * expected, axis=1)).min() > 0.999
    with pytest.raises(InputError, match="expected w"):
        pca(small_subject(space="w_plus"))


def test_subject_layer_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="expected some of 0 to 7"):
        small_subject(layers=(0, 8))
