"""A report must be JSON, whatever could not be measured."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.measures.json_report import write_json


def test_write_json_rounds_and_has_null_for_what_could_not_be_measured(tmp_path: Path) -> None:
    report = {
        "kid": {"25": np.float32(0.12345678), "50": float("nan")},
        "ranges": [(-1.00004, float("inf"))],
        "method": "svm",
        "count": 3,
    }
    write_json(report, tmp_path / "new" / "report.json")
    text = (tmp_path / "new" / "report.json").read_text()
    found = json.loads(text, parse_constant=pytest.fail)
    assert found == {
        "kid": {"25": 0.1235, "50": None},
        "ranges": [[-1.0, None]],
        "method": "svm",
        "count": 3,
    }
