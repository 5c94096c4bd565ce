"""What a step looks at must not depend on how few pictures it draws."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from lightning_fabric import Fabric  # noqa: E402

from models.training.gan.state import new_state  # noqa: E402
from models.training.gan.step import generator_step  # noqa: E402
from models.training.parts.decorrelation import decorrelation_penalty  # noqa: E402
from tests.models.training.gan.gan_fixtures import tiny_plan  # noqa: E402


def test_decorrelation_is_of_many_latents_whatever_the_batch(tmp_path) -> None:
    """Of a batch of two every correlation is ±1, which says nothing of w and drowns all else."""
    plan = tiny_plan(tmp_path, tmp_path, 8, training={"batch": 2, "decorrelation_weight": 1.0})
    training = replace(plan.training, path_weight=0.0)
    torch.manual_seed(0)
    state = new_state(plan.generator, plan.discriminator, training, torch.device("cpu"))
    with torch.no_grad():
        w = state.generator.mapping.to_w(torch.randn(20_000, plan.generator.z_dim))
        of_two, of_many = decorrelation_penalty(w[:2]), decorrelation_penalty(w)
    losses, _ = generator_step(Fabric(accelerator="cpu", devices=1), state, 2)
    assert of_two > 10 * of_many
    assert losses["loss/decorrelation"] == pytest.approx(float(of_many), rel=0.5)
