"""Write the graphs of a bundle anew from its checkpoint: the same networks, in a better form."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from exhibit.contract.bundle import ENCODER, GENERATOR, load_bundle, sha256_of
from exhibit.contract.settings.schema import ModelConfig
from exhibit.inference import open_models
from models.export.bundle import golden_inks
from models.export.checking import checked_bundle
from models.export.compact import round_weights
from models.export.graphs import check_graph, export_encoder, export_generator
from models.export.take_place import take_place
from models.saved.card import write_card
from models.saved.encoder import Hand


def renew_graphs(path: Path, hand: Hand, take: Callable[[Path, Path], None] = take_place) -> None:
    """Replace encoder.onnx and generator.onnx of a bundle; all else stays byte for byte.

    The bundle is copied, changed, checked, and only then takes the place of the old one.

    Args:
        path: folder of the bundle.
        hand: the networks that it was made of; their weights are rounded to half precision.
        take: puts the new folder in the place of the old one.

    Raises:
        BundleError: the bundle is damaged, a graph differs from PyTorch, or the bundle's golden
            pairs say that it was made of other networks.
    """
    bundle = load_bundle(path)
    round_weights(hand.inverter)
    round_weights(hand.generator)
    ink = golden_inks(hand.inverter.config, bundle.card.stroke_width_px)[:1]
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".bundle-") as scratch:
        folder = Path(scratch) / "new"
        shutil.copytree(path, folder)
        encoder = export_encoder(hand.inverter, hand.generator, ink, folder / ENCODER)
        check_graph(folder / ENCODER, encoder)
        generator = export_generator(hand.generator, encoder.outputs, folder / GENERATOR)
        check_graph(folder / GENERATOR, generator)
        changed = {name: sha256_of(folder / name) for name in (ENCODER, GENERATOR)}
        files = bundle.card.files | changed
        write_card(bundle.card.model_copy(update={"files": files}), folder)
        open_models(checked_bundle(folder), ModelConfig(providers=("cpu",)))
        take(folder, path)
