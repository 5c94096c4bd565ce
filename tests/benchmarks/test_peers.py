"""What runs as the published code must be what its label says, and one line if it cannot run.

Checkouts are made up: they hold the names that are used of the authors' code, and small networks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from benchmarks.peers import __main__ as command  # noqa: E402
from benchmarks.peers import operators, pipelines, steps, works  # noqa: E402
from benchmarks.peers.checkouts import psp_encoder, stylegan  # noqa: E402
from benchmarks.peers.turns import Job, Peer, PeerError, take_turns  # noqa: E402
from models.networks.stylegan2.layers import blur, resample_filter, upsample  # noqa: E402
from models.saved.checkpoint import ENCODER, read_checkpoint  # noqa: E402

ROOT = Path(__file__).parents[2]

_ENCODERS = """
import torch
from models.encoders.helpers import blocks
from models.stylegan2.model import EqualLinear

print("a line that is no answer")


class GradualStyleEncoder(torch.nn.Module):
    def __init__(self, layers, mode, opts):
        super().__init__()
        assert (layers, mode) == (50, "ir_se")
        self.style_count = 18
        self.look = torch.nn.Conv2d(opts.input_nc, 512, 1)
        self.styles = torch.nn.ModuleList(EqualLinear(512, 512) for _ in range(18))

    def forward(self, x):
        seen = self.look(x).mean((2, 3))
        return torch.stack([self.styles[i](seen) for i in range(self.style_count)], 1)
"""
_MODEL = """
import torch
from models.stylegan2.op import FusedLeakyReLU, fused_leaky_relu, upfirdn2d


class EqualLinear(torch.nn.Linear):
    pass


class Generator(torch.nn.Module):
    def __init__(self, size, style_dim, n_mlp, channel_multiplier):
        super().__init__()
        self.size, self.n_latent = size, 2 * size.bit_length() - 4
        self.draw, self.act = torch.nn.Linear(style_dim, 3), FusedLeakyReLU(3)

    def forward(self, styles, input_is_latent, randomize_noise):
        assert styles[0].shape[1] == self.n_latent
        colours = self.act(self.draw(styles[0].mean(1)))
        return colours[:, :, None, None].expand(-1, -1, self.size, self.size), None
"""
_NETWORKS = """
import torch


class Synthesis(torch.nn.Module):
    def __init__(self, w_dim, side, channels, channel_base, channel_max):
        super().__init__()
        self.draw, self.side = torch.nn.Linear(w_dim, channels), side

    def forward(self, ws, noise_mode="random"):
        return self.draw(ws.mean(1))[:, :, None, None].expand(-1, -1, self.side, self.side)


class Generator(torch.nn.Module):
    def __init__(
        self, z_dim, c_dim, w_dim, img_resolution, img_channels, mapping_kwargs, synthesis_kwargs
    ):
        super().__init__()
        self.mapping = torch.nn.Linear(z_dim, w_dim)
        self.synthesis = Synthesis(w_dim, img_resolution, img_channels, **synthesis_kwargs)


class Discriminator(torch.nn.Module):
    def __init__(self, c_dim, img_resolution, img_channels, channel_base, channel_max):
        super().__init__()
        self.look = torch.nn.Linear(img_channels, 1)

    def forward(self, pictures):
        return self.look(pictures.mean((2, 3)))
"""
_LOSS = """
class StyleGAN2Loss:
    def __init__(self, device, G_mapping, G_synthesis, D):
        self.parts = G_mapping, G_synthesis, D

    def accumulate_gradients(self, phase, real_img, real_c, gen_z, gen_c, sync, gain):
        mapping, synthesis, discriminator = self.parts
        fakes = discriminator(synthesis(mapping(gen_z)[:, None]))
        loss = -fakes if phase == "Gmain" else fakes - discriminator(real_img)
        loss.mean().mul(gain).backward()
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def psp(tmp_path: Path) -> Path:
    """A checkout whose `models.stylegan2.op` cannot be imported, like the authors' without CUDA."""
    files = {
        "models/__init__.py": "",
        "models/encoders/__init__.py": "",
        "models/encoders/helpers.py": "blocks = 50",
        "models/encoders/psp_encoders.py": _ENCODERS,
        "models/stylegan2/__init__.py": "",
        "models/stylegan2/model.py": _MODEL,
        "models/stylegan2/op/__init__.py": "raise RuntimeError('compiles CUDA')",
    }
    return write(tmp_path / "psp", files)


@pytest.fixture
def ada(tmp_path: Path) -> Path:
    files = {
        "training/__init__.py": "",
        "training/networks.py": _NETWORKS,
        "training/loss.py": _LOSS,
        "torch_utils/misc.py": "",
        "torch_utils/ops/upfirdn2d.py": "",
        "dnnlib/__init__.py": "",
    }
    return write(tmp_path / "ada", files)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.peers", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_answers_of_both_checkouts_are_measured_and_labelled_as_the_authors(
    psp: Path, ada: Path
) -> None:
    ran = run("--psp", str(psp), "--stylegan", str(ada), "--rounds", "5", "--json")
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)["answer"]
    ours, pipeline, alone = found["taken"]
    assert ours == "lear"
    assert pipeline.startswith("pSp irse50 by its authors (plain operators")
    assert "and StyleGAN2 by its authors" in pipeline and "random weights" in pipeline
    assert alone.startswith("pSp's own code alone, channel base 32768")
    assert list(found["times_faster"]) == [pipeline, alone]
    for spread in found["taken"].values():
        assert 0 < spread["least"] <= spread["median"] <= spread["most"]


def test_a_training_step_of_the_authors_runs_in_a_process_of_its_own(ada: Path) -> None:
    with Peer(Job("published train-gan", stylegan=str(ada), side=32, batch=4)) as peer:
        assert peer.turn() > 0


def test_steps_are_compared_at_equal_widths_and_as_each_ships(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ms = {"train-gan": (100.0, 200.0), "published train-gan": (400.0, 1000.0)}

    def measured(
        jobs: dict[str, Job], others: dict[str, object], rounds: int
    ) -> dict[str, list[float]]:
        return {label: [ms[job.work][not job.shipped]] * rounds for label, job in jobs.items()}

    monkeypatch.setattr(command, "measured", measured)
    found = command.compare_steps("train-gan", Job("answer", stylegan="ada", batch=4), 5)
    assert [spread.median for spread in found.taken.values()] == [40.0, 20.0, 4.0, 10.0]
    assert [label for label in found.taken if "by its authors" in label] == list(found.taken)[2:]
    assert found.times_faster == {
        command.PUBLISHED_WIDTHS: 5.0,
        command.SHIPPED: 10.0,
        command.OUR_WIDTHS: 4.0,
    }


@pytest.mark.parametrize("option", ["--psp", "--stylegan"])
def test_a_folder_that_is_no_checkout_is_named_with_the_file_that_lacks(
    option: str, tmp_path: Path
) -> None:
    ran = run(option, str(tmp_path))
    lacks = {"--psp": "models/encoders/psp_encoders.py", "--stylegan": "training/networks.py"}
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 1
    assert f"{option} {tmp_path}: there is no {lacks[option]}" in ran.stderr


def test_a_checkout_that_cannot_be_imported_is_told_in_one_line(psp: Path) -> None:
    (psp / "models/encoders/helpers.py").write_text("import a_package_that_is_nowhere")
    ran = run("--psp", str(psp))
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 1
    assert "No module named 'a_package_that_is_nowhere'" in ran.stderr


def test_our_models_come_back_after_a_package_of_the_same_name(psp: Path) -> None:
    before = {name: module for name, module in sys.modules.items() if name.startswith("models")}
    encoder = psp_encoder(str(psp), 6, 3)
    assert encoder(torch.zeros(2, 3, 8, 8)).shape == (2, 6, 512)
    assert type(encoder).__module__ == "models.encoders.psp_encoders"
    after = {name: module for name, module in sys.modules.items() if name.startswith("models")}
    assert after == before
    assert str(psp) not in sys.path


def test_stylegan_of_a_checkout_is_imported_without_its_folder_staying_first(ada: Path) -> None:
    try:
        networks, loss = stylegan(str(ada))
        assert networks.__file__ == str(ada / "training/networks.py")
        assert loss.__file__ == str(ada / "training/loss.py")
        assert str(ada) not in sys.path
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "training"]:
            del sys.modules[name]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Published networks of few channels; only the length of w is the published one."""
    for module in (pipelines, steps):
        monkeypatch.setattr(module, "PUBLISHED", pipelines.Widths(16, 512, 1, 256, 16))


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("work", list(works.WORKS))
def test_every_work_runs_with_stand_ins(work: str, psp: Path) -> None:
    alone = str(psp) if work == "psp alone" else None
    works.begin(Job(work, psp=alone, side=64, batch=4))()


@pytest.mark.parametrize("work", ["train-gan", "published train-gan", "train-encoder"])
def test_steps_of_our_widths_run(work: str) -> None:
    step = works.begin(Job(work, side=64, batch=4, shipped=True))
    step()
    step()


@pytest.mark.usefixtures("narrow")
def test_an_encoder_of_the_authors_learns_through_our_generator(psp: Path) -> None:
    step = works.begin(Job("published train-encoder", psp=str(psp), side=64, batch=4))
    step()


def test_labels_say_what_stands_in() -> None:
    assert command.label_of(None, None).startswith("stand-in for pSp irse50 and StyleGAN2,")
    assert "and stand-in for StyleGAN2," in command.label_of("psp", None)
    assert command.label_of(None, "ada").startswith(
        "stand-in for pSp irse50 and StyleGAN2 by its authors"
    )


def test_a_process_that_cannot_begin_is_an_error() -> None:
    with pytest.raises(PeerError, match="KeyError"):
        Peer(Job("no such work"))


def test_turns_alternate_and_the_first_round_does_not_count() -> None:
    told: list[str] = []

    def work(name: str, ms: float) -> float:
        told.append(name)
        return ms + len(told)

    taken = take_turns({"a": lambda: work("a", 0.0), "b": lambda: work("b", 100.0)}, 2)
    assert told == ["a", "b"] * 3
    assert taken == {"a": [3.0, 5.0], "b": [104.0, 106.0]}


def test_shipped_widths_are_those_of_the_bundle() -> None:
    saved = read_checkpoint(ROOT / "models/checkpoints/lear.pt", ENCODER)
    config = saved["generator_config"]
    for name in pipelines.Widths.__dataclass_fields__:
        assert getattr(pipelines.SHIPPED, name) == config[name]


def test_upfirdn2d_enlarges_and_halves_as_our_own_resampling_does() -> None:
    x, kernel = torch.randn(2, 3, 8, 8), resample_filter()
    torch.testing.assert_close(
        operators.upfirdn2d(x, 4 * kernel, up=2, pad=(2, 1)), upsample(x, kernel)
    )
    torch.testing.assert_close(
        operators.upfirdn2d(x, kernel, down=2, pad=(1, 1)), blur(x, kernel, padding=1, stride=2)
    )


def test_upfirdn2d_convolves_and_crops() -> None:
    x = torch.zeros(1, 1, 5, 5)
    x[0, 0, 2, 2] = 1.0
    kernel = torch.arange(9.0).reshape(3, 3)
    found = operators.upfirdn2d(x, kernel, pad=(1, 1))
    torch.testing.assert_close(found[0, 0, 1:4, 1:4], kernel)
    assert operators.upfirdn2d(x, kernel, pad=(-1, 0)).shape == (1, 1, 2, 2)


def test_fused_leaky_relu_adds_the_bias_before_it_bends() -> None:
    x = torch.tensor([[-2.0, 1.0]])
    found = operators.fused_leaky_relu(x, torch.tensor([1.0, 1.0]))
    torch.testing.assert_close(found, torch.tensor([[-0.2, 2.0]]) * 2**0.5)
