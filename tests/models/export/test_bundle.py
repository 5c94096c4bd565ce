import dataclasses
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnxruntime = pytest.importorskip("onnxruntime")

from exhibit.contract.bundle import ENCODER, GENERATOR, GOLDEN, load_bundle  # noqa: E402
from exhibit.contract.directions import load_directions  # noqa: E402
from exhibit.contract.errors import BundleError  # noqa: E402
from exhibit.contract.latents import load_latents  # noqa: E402
from exhibit.contract.memory import Provenance  # noqa: E402
from exhibit.recall import Memory, open_memory  # noqa: E402
from models.export.bundle import attract_codes, golden_inks, write_bundle  # noqa: E402
from models.export.graphs import check_graph, export_encoder  # noqa: E402
from models.export.latents import latent_statistics  # noqa: E402
from models.sketches.raster import as_gray  # noqa: E402
from tests.exhibit.recall import shapes  # noqa: E402
from tests.models.export.bundles import ABOUT  # noqa: E402
from tests.models.hands import small_config, small_hand  # noqa: E402


def test_write_bundle_loads_and_says_what_it_is(made: Path):
    bundle = load_bundle(made)
    assert bundle.card.format == 1
    assert bundle.card.inversion == "feature"
    assert bundle.card.feature_shape == (16, 16, 16)
    assert load_latents(bundle).attract.shape == (6, 32, 32)
    assert {p.name for p in made.iterdir()} == {"card.yaml", *bundle.card.files}


def test_write_bundle_with_a_memory_is_of_format_2_and_recalls(tmp_path: Path):
    drawings = [shapes.ring(), shapes.house()]
    records = [Provenance(item=name, source=name) for name in ("ring", "house")]
    about = dataclasses.replace(ABOUT, memory=Memory.of(drawings, records))
    bundle = load_bundle(write_bundle(small_hand(), about, tmp_path / "b"))
    memory = open_memory(bundle)
    assert bundle.card.format == 2
    assert memory is not None
    assert memory.search(shapes.small(shapes.house()))[0].drawing == 1


def test_write_bundle_radius_leaves_visitors_alone(tmp_path: Path):
    inks = tuple(as_gray(ink[0].numpy()) for ink in golden_inks(small_config(), 1.5))
    about = dataclasses.replace(ABOUT, visitor_inks=inks)
    latents = load_latents(load_bundle(write_bundle(small_hand(), about, tmp_path / "b")))
    assert latents.radius is not None and latents.radius > 0


def test_attract_codes_walk_between_answers_when_inks_are_given():
    hand = small_hand()
    inks = golden_inks(small_config(), 1.5)
    planes = tuple(np.repeat(as_gray(ink.numpy()), 3, axis=0) for ink in inks) * 2
    about = dataclasses.replace(ABOUT, attract_planes=planes, attract_frames=8)
    codes = attract_codes(hand, latent_statistics(hand.generator, 0), about)
    answer = hand.inverter(inks)
    torch.testing.assert_close(codes.w_plus[0], answer.w_plus[0], atol=1e-2, rtol=0)
    torch.testing.assert_close(codes.feature[2], answer.feature[1], atol=1e-2, rtol=0)


def test_write_bundle_golden_pairs_agree_with_onnx(made: Path):
    golden = np.load(made / GOLDEN, allow_pickle=False)
    encoder, generator = (
        onnxruntime.InferenceSession(str(made / name), providers=["CPUExecutionProvider"])
        for name in (ENCODER, GENERATOR)
    )
    for index in range(len(golden["ink"])):
        row = slice(index, index + 1)
        w_plus, feature = encoder.run(["w_plus", "feature"], {"ink": golden["ink"][row]})
        np.testing.assert_allclose(w_plus, golden["w_plus"][row], atol=1e-4)
        np.testing.assert_allclose(feature, golden["feature"][row], atol=1e-4)
        (picture,) = generator.run(["picture"], {"w_plus": w_plus, "feature": feature})
        np.testing.assert_allclose(picture, golden["picture"][row], atol=1e-4)


def test_write_bundle_direction_is_unit_and_moves_the_picture(made: Path):
    (direction,) = load_directions(load_bundle(made)).values()
    assert np.linalg.norm(direction.vector) == pytest.approx(1, abs=1e-5)
    hand = small_hand()
    ws = hand.generator.mapping.w_avg.expand(1, 8, 16)
    step = direction.sigma * torch.from_numpy(direction.vector)
    moved = hand.generator.synthesis(ws + step) - hand.generator.synthesis(ws)
    assert moved.abs().max() > 1e-3


def test_write_bundle_without_feature_has_one_output(tmp_path: Path):
    from models.networks.psp.inverter import inverter_for
    from models.saved.encoder import Hand
    from tests.models.hands import small_generator

    generator = small_generator()
    config = small_config(inversion="w_plus", feature_channels=0)
    inverter = inverter_for(generator, config).eval().requires_grad_(False)
    folder = write_bundle(Hand(inverter, generator, {}), ABOUT, tmp_path / "codes")
    card = load_bundle(folder).card
    assert card.inversion == "w_plus"
    assert card.feature_shape is None
    session = onnxruntime.InferenceSession(str(folder / GENERATOR))
    assert [value.name for value in session.get_inputs()] == ["w_plus"]


def test_write_bundle_refining_encoder_carries_its_generator(tmp_path: Path):
    hand = small_hand(steps=2)
    probe = export_encoder(
        hand.inverter, hand.generator, golden_inks(small_config(), 1.5)[:1], tmp_path / "e"
    )
    assert check_graph(tmp_path / "e", probe) <= 1e-4


def test_write_bundle_folder_with_other_files_is_refused(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(BundleError, match="not empty"):
        write_bundle(small_hand(), ABOUT, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "precious"
