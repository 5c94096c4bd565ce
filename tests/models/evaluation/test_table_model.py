"""What is measured of a bundle is what runs: the same code with the same options."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from exhibit.contract.bundle import load_bundle
from exhibit.contract.settings.schema import ModelConfig
from exhibit.inference import open_models, session
from models.evaluation.table_model import TableModel
from models.export.bundle import Description, write_bundle
from tests.models.hands import small_hand

ABOUT = Description(
    name="test", artist="no one", collection="none", licence="Apache-2.0", attract_frames=6
)


def test_answer_is_that_of_the_table(tmp_path: Path) -> None:
    bundle = load_bundle(write_bundle(small_hand(), ABOUT, tmp_path / "tiny"))
    models = open_models(bundle, ModelConfig(providers=("cpu",)))
    ink = np.full((bundle.card.ink_size,) * 2, 255, np.uint8)
    ink[20:40, 30:34] = 0
    expected = models.generator.pixels_of(*models.encoder.encode_pixels(ink))
    assert np.array_equal(TableModel(bundle).answer(ink), expected)


def test_sessions_have_the_table_s_options(tmp_path: Path, monkeypatch) -> None:
    asked, make = [], session.session_options

    def watched(threads: int):
        asked.append(threads)
        return make(threads)

    monkeypatch.setattr(session, "session_options", watched)
    TableModel(load_bundle(write_bundle(small_hand(), ABOUT, tmp_path / "tiny")))
    assert asked == [ModelConfig().threads] * 2


def test_session_options_let_waiting_threads_sleep() -> None:
    options = session.session_options(2)
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    assert options.intra_op_num_threads == 2
