"""Random states come back on the same machine, and are left alone on another."""

import logging

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning_fabric")

from lightning_fabric import Fabric  # noqa: E402

from models.training.run.random_states import random_states, restore_random_states  # noqa: E402


def test_restore_random_states_repeats_the_numbers() -> None:
    fabric = Fabric(accelerator="cpu", devices=1)
    states = random_states(fabric)
    first = torch.randn(4)
    restore_random_states(fabric, states)
    assert torch.equal(torch.randn(4), first)


def test_restore_random_states_of_other_processes_says_so_and_goes_on(caplog) -> None:
    fabric = Fabric(accelerator="cpu", devices=1)
    state = torch.get_rng_state()
    with caplog.at_level(logging.WARNING):
        restore_random_states(fabric, [state, state])
    assert "saved by 2 cpu processes" in caplog.text
    with caplog.at_level(logging.WARNING):
        restore_random_states(fabric, [torch.cat([state, state[:16]])])
    assert "saved by 1 cuda processes" in caplog.text


@pytest.mark.gpu
def test_restore_random_states_on_cuda_repeats_the_numbers() -> None:
    fabric = Fabric(accelerator="cuda", devices=1)
    states = random_states(fabric)
    first = torch.randn(4, device=fabric.device)
    restore_random_states(fabric, states)
    assert torch.equal(torch.randn(4, device=fabric.device), first)
