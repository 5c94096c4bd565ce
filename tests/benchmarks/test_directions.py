import json

import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")

from benchmarks.directions import main, sefa_conv_comparison  # noqa: E402
from tests.models.directions.subjects import small_subject  # noqa: E402
from tests.models.hands import write_gan  # noqa: E402


def test_sefa_conv_both_forms_give_the_same_eigenvectors():
    compared = sefa_conv_comparison(small_subject())
    assert compared.difference < 1e-5


@pytest.mark.slow
def test_benchmark_of_directions_compares_forms_that_agree(tmp_path):
    checkpoint = write_gan(tmp_path / "latest.pt")
    ended = CliRunner().invoke(main, ["--checkpoint", str(checkpoint), "--json"])
    assert ended.exit_code == 0, ended.output
    found = json.loads(ended.output)
    assert set(found["resefa_region"]) == {"w", "w_plus"}
    assert len(found["comparisons"]) == 4
    for compared in found["comparisons"]:
        assert compared["angle_rad"] < 0.02
