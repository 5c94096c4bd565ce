import numpy as np
import pytest

from benchmarks.pages import make_page
from exhibit.ink.evidence import Context, Evidence, doubled


def test_evidence_bands_give_what_the_whole_page_gives() -> None:
    evidence = Evidence(make_page(2, "stained").pixels[:300, :350])
    context = Context(evidence, np.clip(evidence.contrast, 0, 1))
    for part, size in ((evidence, 0), (evidence, 1), (context, 0), (context, 1)):
        height = evidence.shape(size)[0]
        whole = np.stack(part.rows(size, 0, height))
        step = 32 >> size
        bands = [np.stack(part.rows(size, at, at + step)) for at in range(0, height, step)]
        assert np.abs(np.concatenate(bands, axis=1) - whole).max() < 1e-4


def test_evidence_brighter_light_gives_the_same_contrast() -> None:
    gray = np.full((96, 96), 120, np.uint8)
    gray[40:56, 30:70] = 60
    dim, bright = (Evidence(np.asarray(gray * gain, np.uint8)).contrast for gain in (1, 2))
    assert np.abs(bright - dim).max() < 0.01
    assert dim[24, 25] == pytest.approx(0.5, abs=0.05) and abs(dim[3, 3]) < 0.02


def test_doubled_some_rows_gives_what_all_of_the_plane_gives() -> None:
    plane = np.random.default_rng(0).random((12, 9), np.float32)
    whole = doubled(plane, 2, 0, 12)
    assert np.array_equal(doubled(plane, 2, 3, 7), whole[12:28])
