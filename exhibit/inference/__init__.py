"""Encoder and generator through ONNX Runtime."""

from exhibit.inference.models import Models, OnnxEncoder, OnnxGenerator, open_models

__all__ = ["Models", "OnnxEncoder", "OnnxGenerator", "open_models"]
