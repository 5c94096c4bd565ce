"""The whole measure on a small real bundle: every figure that is promised is there."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402

need_perceptual_weights()

from exhibit.contract.bundle import load_bundle  # noqa: E402
from models.collection.pictures import load_pictures  # noqa: E402
from models.evaluation.measure import Extent, Subject, measure  # noqa: E402
from models.evaluation.table_model import TableModel  # noqa: E402
from models.export.bundle import Description, write_bundle  # noqa: E402
from models.networks.perceptual.lpips import training_lpips  # noqa: E402
from models.sketches.quickdraw import read_quickdraw  # noqa: E402
from models.sketches.visitors import visits  # noqa: E402
from tests.models.hands import small_hand, write_drawings, write_sketches  # noqa: E402

ABOUT = Description(
    name="test", artist="no one", collection="none", licence="Apache-2.0", attract_frames=6
)


def test_measure_with_path_length_and_psi_curve_reports_every_figure(tmp_path: Path):
    bundle = load_bundle(write_bundle(small_hand(), ABOUT, tmp_path / "bundle"))
    sketches = read_quickdraw(write_sketches(tmp_path / "s.ndjson"))
    drawings = load_pictures(write_drawings(tmp_path / "drawings"), 64, 1).pictures[:, 0].numpy()
    subject = Subject(
        model=TableModel(bundle),
        drawings=list(drawings),
        visits=visits(sketches, bundle.card.ink_size, 1.5, None),
        sketches=sketches,
        lpips=training_lpips(),
    )
    extent = Extent(pairs=4, calm_sketches=2, copies=2, samples=4, path_pairs=2, psis=(0.0, 1.0))

    report, evidence = measure(subject, extent, lambda text: None)

    for figure in ("adherence", "answers_kid", "precision", "ink_share"):
        for name in ("bundle", "ink", "nearest", "random"):
            assert set(report[figure][name]) == {"25", "50", "100"}, (figure, name)
    assert report["adherence"]["ink"]["100"] == pytest.approx(1)
    assert set(report["kid_versus_psi"]) == {"0", "1"}
    single = ("samples_kid", "floor_kid", "near_copies", "calm_1px", "calm_stroke", "diversity")
    grown = ("growing_median", "growing_p90", "growing_much", "growing_far", "growing_changes")
    assert all(np.isfinite(report[name]) for name in (*single, *grown, "ms_per_frame", "ppl"))
    assert report["ppl"] > 0
    assert evidence.samples.shape == (4, 32, 32)
