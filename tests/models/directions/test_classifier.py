"""Labels are what the parts show, and a small network learns to tell them."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("resvg_py")

from exhibit.contract.errors import InputError
from models.directions.classifier import (
    Accuracy,
    Examples,
    accuracies,
    fit,
    load_classifier,
    save_classifier,
    score,
)
from models.directions.labels import NAMES, as_matrix, opening, read_labels

HEADER = "file,style,head,hair,eyes,brows,nose,mouth,beard,glasses"


def write_labels(folder: Path, *rows: str) -> Path:
    (folder / "labels.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return folder


@pytest.fixture(scope="module")
def examples() -> Examples:
    """Pages with or without a bar on top, with or without a black square below."""
    rng = np.random.default_rng(0)
    truths = rng.random((120, 2)) < 0.5
    pictures = np.full((120, 64, 64), 255, np.uint8)
    pictures[truths[:, 0], 10:14, 8:56] = 0
    pictures[truths[:, 1], 40:56, 24:40] = 0
    return Examples(pictures, truths)


def test_read_labels_measures_what_the_names_do_not_say(tmp_path: Path):
    folder = write_labels(
        tmp_path,
        "a.png,lorelei,x,variant10,x,x,x,happy05,none,variant01",
        "b.png,notionists,none,hat,x,x,x,variant20,variant03,none",
    )
    found = read_labels(folder)
    assert as_matrix(found.values()).tolist() == [
        [True, False, True, True],
        [False, True, False, False],
    ]
    assert tuple(found["a.png"]) == NAMES


def test_read_labels_without_the_file_or_its_columns_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"labels.csv: missing; expected a data set"):
        read_labels(tmp_path)
    (tmp_path / "labels.csv").write_text("file,style\na.png,lorelei\n")
    with pytest.raises(InputError, match=r"line 1: the column '.*' is missing"):
        read_labels(tmp_path)


def test_opening_of_a_ring_is_its_outer_diameter_and_of_a_line_its_width():
    rows, columns = np.mgrid[:200, :200] - 100
    distance = np.hypot(rows, columns)
    ring = (distance > 16) & (distance < 20)
    assert opening(ring) == pytest.approx(0.2, abs=0.02)
    assert opening((np.abs(rows) < 3) & (np.abs(columns) < 40)) < 0.05


def test_fit_is_right_about_pictures_it_has_not_seen(examples: Examples):
    classifier, accuracy = fit(examples, ("bar", "square"), epochs=8, seed=1, side_px=32)
    assert min(label.overall for label in accuracy.values()) > 0.9
    right = (score(classifier, examples.pictures) > 0) == examples.truths
    assert right.mean() > 0.95


def test_accuracies_name_the_label_that_makes_another_hard_to_see():
    truths = np.array([[1, 1], [1, 0], [1, 1], [0, 1], [0, 0], [0, 0]], np.bool_)
    found = truths.copy()
    found[[0, 1], 1] ^= True
    beard, mouth = accuracies(found, truths, ("beard", "mouth")).values()
    assert beard == Accuracy(1.0, 1.0, None)
    assert mouth == Accuracy(pytest.approx(4 / 6), pytest.approx(1 / 3), "beard")


def test_fit_same_seed_gives_the_same_network(examples: Examples):
    few = Examples(examples.pictures[:40], examples.truths[:40])
    first, second = (fit(few, ("bar", "square"), epochs=1, seed=3, side_px=32)[0] for _ in range(2))
    np.testing.assert_array_equal(score(first, few.pictures), score(second, few.pictures))


def test_load_classifier_gives_the_scores_that_were_saved(examples: Examples, tmp_path: Path):
    classifier, _ = fit(examples, ("bar", "square"), epochs=1, side_px=32)
    save_classifier(classifier, tmp_path / "deep" / "c.safetensors")
    again = load_classifier(tmp_path / "deep" / "c.safetensors")
    assert (again.names, again.side_px) == (("bar", "square"), 32)
    np.testing.assert_array_equal(
        score(again, examples.pictures), score(classifier, examples.pictures)
    )


def test_load_classifier_other_file_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="no such file; make one with models directions"):
        load_classifier(tmp_path / "none.safetensors")
    (tmp_path / "odd.safetensors").write_bytes(b"odd")
    with pytest.raises(InputError, match="not readable"):
        load_classifier(tmp_path / "odd.safetensors")
