"""Writes the ink judge as the runtime reads it: one ONNX file a pass, and a card."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import torch
import yaml

from exhibit.contract.files import write_whole
from models.ink_judge.fit import PixelJudge


def export_judge(judges: Sequence[PixelJudge], folder: Path, facts: Mapping[str, object]) -> None:
    """Write `pass_1.onnx` and so on, and `card.yaml` with how they were made and their SHA-256.

    Args:
        judges: the networks in their order.
        folder: where they go.
        facts: how they were trained.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("pass_*.onnx"):
        old.unlink()
    sums = {}
    for number, judge in enumerate(judges, start=1):
        data = _as_onnx(judge)
        name = f"pass_{number}.onnx"
        write_whole(folder / name, data)
        sums[name] = hashlib.sha256(data).hexdigest()
    card = {**facts, "files": sums}
    write_whole(folder / "card.yaml", yaml.safe_dump(card, sort_keys=False).encode())


def _as_onnx(judge: PixelJudge) -> bytes:
    data = io.BytesIO()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            judge.eval(),
            (torch.zeros(len(judge.mean), 64),),
            data,  # type: ignore[arg-type]  # the exporter that is asked for writes to files
            input_names=["seen"],
            output_names=["logit"],
            dynamic_axes={"seen": {1: "pixels"}, "logit": {1: "pixels"}},
            opset_version=17,
            dynamo=False,
        )
    onnx.checker.check_model(data.getvalue())
    return data.getvalue()
