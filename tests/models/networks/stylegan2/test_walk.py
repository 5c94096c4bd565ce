import pytest

torch = pytest.importorskip("torch")
onnxruntime = pytest.importorskip("onnxruntime")

from models.networks.stylegan2.walk import closed_walk  # noqa: E402


def test_closed_walk_passes_its_stops_and_closes():
    stops = torch.randn(4, 3)
    walk = closed_walk(stops, 40)
    torch.testing.assert_close(walk[::10], stops)
    steps = (walk - walk.roll(1, 0)).norm(dim=1)
    assert steps[0] < 3 * steps.mean()
