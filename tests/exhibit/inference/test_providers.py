"""What is asked of ONNX Runtime, and what is said when it gives less."""

import logging
from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.bundle import load_bundle
from exhibit.contract.settings.schema import ModelConfig
from exhibit.inference import open_models, providers, session
from exhibit.inference.providers import choose_providers


def test_providers_without_driver_leaves_cpu_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        providers.ort, "get_available_providers", lambda: list(providers.ORT_NAMES.values())
    )
    monkeypatch.setattr(providers.ctypes, "CDLL", missing_library)
    choice = choose_providers(("tensorrt", "cuda", "cpu"))
    assert choice.names == ("cpu",)
    assert choice.left_out == (
        "tensorrt: libcuda.so.1 is not installed",
        "cuda: libcuda.so.1 is not installed",
    )


def test_providers_not_built_in_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers.ort, "get_available_providers", lambda: ["CPUExecutionProvider"])
    choice = choose_providers(("cuda",))
    assert choice.names == ("cpu",)
    assert "was built without it" in choice.left_out[0]


def test_models_nothing_asked_takes_the_best_and_misses_nothing(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without a graphics card had a warning for good, which nobody could act on."""
    monkeypatch.setattr(providers.ctypes, "CDLL", missing_library)
    models = open_models(load_bundle(tiny), ModelConfig())
    assert models.providers_got == ("cpu", "cpu")
    assert len(models.left_out) == 2
    assert models.missed == ()
    asked = open_models(load_bundle(tiny), ModelConfig(providers=("cuda", "cpu")))
    assert [text.partition(":")[0] for text in asked.missed] == ["cuda"]


def test_models_silent_fallback_is_reported(
    tiny: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """ONNX Runtime takes CUDA from the list and runs on the CPU; the operator must hear of it."""
    monkeypatch.setattr(providers, "_why_not", lambda name: None)
    monkeypatch.setattr(session.ort, "InferenceSession", cpu_whatever_is_asked)
    with caplog.at_level(logging.INFO, logger="exhibit.inference"):
        models = open_models(load_bundle(tiny), ModelConfig(providers=("cuda", "cpu")))
    assert models.providers_asked == ("cuda", "cpu")
    assert models.providers_got == ("cpu", "cpu")
    assert models.missed == ("cuda: it could not be used",)
    assert "encoder.onnx: asked for cuda, got cpu" in caplog.text
    assert capfd.readouterr() == ("", "")
    models.warm_up()


def test_models_provider_that_raises_falls_to_the_next(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(providers, "_why_not", lambda name: None)
    monkeypatch.setattr(session.ort, "InferenceSession", cuda_raises)
    models = open_models(load_bundle(tiny), ModelConfig(providers=("cuda", "cpu")))
    assert models.providers_got == ("cpu", "cpu")
    assert "cuda could not be used: no CUDA-capable device" in caplog.text
    size = models.encoder.session.inputs["ink"][-1]
    picture = models.generator.pixels_of(
        *models.encoder.encode_pixels(np.full((size, size), 255, np.uint8))
    )
    assert picture.std() == 0


_RealSession = session.ort.InferenceSession


def cpu_whatever_is_asked(path: Path, options: object, **_: object) -> object:
    return _RealSession(path, options, providers=["CPUExecutionProvider"])


def cuda_raises(
    path: Path, options: object, providers: list[tuple[str, object]], **_: object
) -> object:
    if providers[0][0] == "CUDAExecutionProvider":
        raise RuntimeError("no CUDA-capable device is detected\nat line 1")
    return cpu_whatever_is_asked(path, options)


def missing_library(name: str) -> None:
    raise OSError(f"{name}: cannot open shared object file")
