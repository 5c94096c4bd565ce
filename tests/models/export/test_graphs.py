from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
onnxruntime = pytest.importorskip("onnxruntime")

from exhibit.contract.bundle import (  # noqa: E402
    ENCODER,
)
from exhibit.contract.errors import BundleError  # noqa: E402
from models.export.bundle import golden_inks  # noqa: E402
from models.export.graphs import Probe, check_graph  # noqa: E402
from tests.models.hands import small_config  # noqa: E402


def test_check_graph_other_weights_are_refused(made: Path):
    ink = golden_inks(small_config(), 1.5)[:1]
    wrong = Probe({"ink": ink}, {"w_plus": torch.zeros(1, 8, 16)})
    with pytest.raises(BundleError, match="differs from PyTorch"):
        check_graph(made / ENCODER, wrong)
