from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
onnxruntime = pytest.importorskip("onnxruntime")
onnx = pytest.importorskip("onnx")

from onnx import TensorProto, helper  # noqa: E402

from exhibit.contract.bundle import (  # noqa: E402
    ENCODER,
)
from exhibit.contract.errors import BundleError  # noqa: E402
from models.export.bundle import golden_inks  # noqa: E402
from models.export.graphs import Probe, check_graph, export_generator, with_a_map  # noqa: E402
from tests.models.hands import small_config, small_generator  # noqa: E402


def test_check_graph_other_weights_are_refused(made: Path):
    ink = golden_inks(small_config(), 1.5)[:1]
    wrong = Probe({"ink": ink}, {"w_plus": torch.zeros(1, 8, 16)})
    with pytest.raises(BundleError, match="differs from PyTorch"):
        check_graph(made / ENCODER, wrong)


@pytest.mark.parametrize(("apart", "is_refused"), [(5e-3, False), (5e-2, True)])
def test_check_graph_allows_what_rounding_leaves_of_large_numbers(
    tmp_path: Path, apart: float, is_refused: bool
):
    graph = helper.make_graph(
        [helper.make_node("Identity", ["w"], ["picture"])],
        "as it is",
        [helper.make_tensor_value_info("w", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [2])],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10),
        tmp_path / "large.onnx",
    )
    large = torch.tensor([120.0, 1.0])
    probe = Probe({"w": large}, {"picture": large + torch.tensor([0.0, apart])})
    if is_refused:
        with pytest.raises(BundleError, match="differs from PyTorch"):
            check_graph(tmp_path / "large.onnx", probe)
    else:
        assert check_graph(tmp_path / "large.onnx", probe) < 1e-4


def test_generator_with_a_map_takes_a_direction_of_the_map_and_draws_as_before_without(
    tmp_path: Path,
):
    """A rank-one map a_j p_k is all that the table would have to add for a part."""
    generator = small_generator()
    w_plus = torch.randn(1, 8, 16, generator=torch.Generator().manual_seed(0))
    codes = with_a_map(generator, {"w_plus": w_plus})
    blank = export_generator(generator, codes, tmp_path / "generator.onnx")
    torch.testing.assert_close(blank.outputs["picture"], generator.synthesis(w_plus))
    assert check_graph(tmp_path / "generator.onnx", blank) < 1e-4
    channels, side, _ = generator.synthesis.feature_shape
    part = torch.zeros(side, side)
    part[4:7, 5:9] = 1
    added = 3 * torch.eye(channels)[2][:, None, None] * part
    moved = {"w_plus": w_plus, "feature": added[None]}
    probe = Probe(moved, {"picture": generator.synthesis(w_plus, added[None])})
    assert check_graph(tmp_path / "generator.onnx", probe) < 1e-4
    assert (probe.outputs["picture"] - blank.outputs["picture"]).abs().max() > 1e-2


def test_with_a_map_keeps_the_map_that_an_encoder_gives():
    generator = small_generator()
    feature = torch.ones(1, *generator.synthesis.feature_shape)
    codes = with_a_map(generator, {"w_plus": torch.zeros(1, 8, 16), "feature": feature})
    assert list(codes) == ["w_plus", "feature"] and codes["feature"] is feature
