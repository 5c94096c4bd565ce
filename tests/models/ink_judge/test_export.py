from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch
import yaml

from models.ink_judge.export import export_judge
from models.ink_judge.fit import PixelJudge


def test_export_judge_onnx_gives_what_torch_gives(tmp_path: Path) -> None:
    torch.manual_seed(0)
    judge = PixelJudge(7)
    judge.mean.fill_(0.3)
    judge.spread.fill_(2.0)
    export_judge([judge], tmp_path, {"name": "test"})
    seen = np.random.default_rng(0).normal(0, 3, (7, 123)).astype(np.float32)
    session = ort.InferenceSession(tmp_path / "pass_1.onnx", providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = judge(torch.from_numpy(seen)).numpy()
    assert session.run(None, {"seen": seen})[0] == pytest.approx(expected, abs=1e-5)
    card = yaml.safe_load((tmp_path / "card.yaml").read_text())
    assert list(card["files"]) == ["pass_1.onnx"]
