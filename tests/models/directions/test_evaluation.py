"""The measure of directions, on samples, regions and labels whose answer is known."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")
pytest.importorskip("resvg_py")

from models.cli import main  # noqa: E402
from models.directions.classifier import Classifier, save_classifier  # noqa: E402
from models.directions.effects import draw_heads, label_table  # noqa: E402
from models.directions.evaluation import judge, semantic_tables, tellable_apart  # noqa: E402
from models.directions.labels import part_region  # noqa: E402
from models.directions.measured import Measured  # noqa: E402
from models.directions.result import DirectionSet, Discovered  # noqa: E402
from models.directions.subject import Subject  # noqa: E402
from models.directions.transfer import HELD_OUT, METHODS  # noqa: E402
from tests.models.hands import small_generator, write_gan  # noqa: E402
from tests.models.redrawn import write_heads, write_redrawn  # noqa: E402

W_DIM = 16
ALL = tuple(range(8))


def subject() -> Subject:
    return Subject(generator=small_generator(), checkpoint="0" * 64, layers=ALL)


def direction(name: str, vector: np.ndarray, sigma: float = 1.0) -> Discovered:
    return Discovered(
        name=name,
        vector=vector.astype(np.float32),
        method="regression",
        layers=ALL,
        seed=0,
        checkpoint="0" * 64,
        score=1.0,
        sigma=sigma,
    )


def measured(noise: tuple[float, ...] = (0.1,) * 6, shared: float = 0.0) -> Measured:
    """One measure an axis of w, with noise and something that all share."""
    rng = np.random.default_rng(0)
    w = rng.normal(size=(1200, W_DIM))
    values = w[:, : len(noise)] + np.array(noise) * rng.normal(size=(1200, len(noise)))
    values += shared * w[:, -1:]
    return Measured(w.astype(np.float32), tuple("abcdef"[: len(noise)]), values)


def test_judge_passes_what_is_told_apart_and_nothing_else():
    mixed = (np.eye(W_DIM)[1] + np.eye(W_DIM)[2]) / np.sqrt(2)
    given = DirectionSet((direction("a", np.eye(W_DIM)[0]), direction("b", mixed)))
    verdict = judge(measured(), given)
    assert verdict.passed == ("a",)
    assert verdict.own["b"] == pytest.approx(0.7, abs=0.05)
    assert verdict.other["b"] == pytest.approx(0.7, abs=0.05)


def test_judge_does_not_pass_a_direction_that_gives_less():
    given = DirectionSet((direction("a", -np.eye(W_DIM)[0]),))
    assert judge(measured(), given).passed == ()


def test_tellable_apart_leaves_out_what_cannot_be_predicted():
    assert tellable_apart(measured((0.1, 0.1, 9.0, 0.1, 0.1, 0.1))) == tuple("abdef")


def test_semantic_tables_conditioning_tells_entangled_semantics_apart():
    verdicts = semantic_tables(subject(), measured(shared=1.0))
    assert verdicts["regression: five, as measured"].passed == ()
    assert len(verdicts["regression: five, conditioned"].passed) == 5
    assert len(verdicts["mean-difference, white: five, conditioned"].passed) == 5


class Brightness(Classifier):
    """Says `bright` of pictures above the usual grey, and `never` of none."""

    def __init__(self, usual: float) -> None:
        super().__init__(("bright", "never"), 32)
        self.usual = usual

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        grey = pictures.mean((1, 2, 3)) - self.usual
        return torch.stack([grey, torch.full_like(grey, -1)], dim=1)


def test_label_table_counts_labels_that_change_among_pictures_without_them():
    one = subject()
    pictures = one.generator.synthesis(one.as_ws(one.sample_w(64)))
    classifier = Brightness(float(pictures.mean((1, 2, 3)).median()))
    ws = one.as_ws(one.sample_w(64)).clone().requires_grad_()
    one.generator.synthesis(ws).mean().backward()
    brighter = ws.grad.mean((0, 1)).numpy()
    brighter /= np.linalg.norm(brighter)
    given = DirectionSet((direction("bright", brighter, 5.0), direction("never", np.eye(W_DIM)[0])))
    heads = draw_heads(one, classifier, 32)
    tables = label_table(one, given, classifier, heads, count=8)
    assert tables["before"]["bright"]["bright"] > 0.8
    assert tables["before"]["bright"]["never"] == 0.0
    assert set(tables["after"]) == {"bright", "never"}


def test_part_region_of_a_mouth_lies_below_that_of_the_eyes():
    eyes, mouth = (part_region(part, 64) for part in ("eyes", "mouth"))
    heights = [np.nonzero(region)[0].mean() for region in (eyes, mouth)]
    assert 0 < mouth.sum() < 64 * 64 / 8
    assert heights[0] + 4 < heights[1]


def test_evaluate_command_reports_what_was_asked_for(tmp_path: Path):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        save_classifier(Classifier(("glasses", "beard"), 32), tmp_path / "c.safetensors")
    checkpoint, path = write_gan(tmp_path / "gan.pt"), tmp_path / "report.json"
    command = ["directions", "evaluate", "--checkpoint", str(checkpoint), "--json", str(path)]
    asked = ["--samples", "64", "--moved", "4", "--classifier", str(tmp_path / "c.safetensors")]
    ran = CliRunner().invoke(main, [*command, *asked, "--parts", "mouth", "--local-samples", "1"])
    assert ran.exit_code == 0, ran.output
    report = json.loads(path.read_text())
    assert set(report["roir"]["mouth"]) == {
        "sefa",
        "pca",
        "resefa",
        "jacobian",
        "localized",
        "style-space",
        "panda",
        "panda-region",
    }
    assert set(report["labels"]["svm"]["after"]) == {"glasses", "beard"}
    assert report["semantics"]["regression: five, conditioned"]["own"]


def test_evaluate_command_moves_held_out_heads_and_not_in_a_dry_run(tmp_path: Path):
    heads = write_heads(tmp_path / "heads", people=HELD_OUT + 1)
    checkpoint = write_redrawn(tmp_path / "gan.pt", heads)
    path = tmp_path / "report.json"
    command = ["directions", "evaluate", "--checkpoint", str(checkpoint), "--heads", str(heads)]
    command += ["--samples", "64", "--json", str(path)]
    planned = CliRunner().invoke(main, [*command, "--dry-run"])
    assert planned.exit_code == 0 and "Dry run" in planned.output, planned.output
    assert not path.exists()
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 0, ran.output
    report = json.loads(path.read_text())
    assert list(report["transfer"]) == list(METHODS)
    assert report["transfer"]["unmoved"]["left, yaw"] == 1
    assert "labels kept" not in report["transfer"]["transfer"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("--samples", "16"), "16 samples; expected more than 21"),
        (("--parts", "mouth,tail"), "part 'tail': expected one of "),
    ],
)
def test_evaluate_command_refuses_before_it_draws_any(tmp_path: Path, monkeypatch, asked, expected):
    checkpoint, drawn = write_gan(tmp_path / "gan.pt"), []
    monkeypatch.setattr(
        "models.directions.commands.evaluate.measure_samples", lambda *given: drawn.append(given)
    )
    command = ["directions", "evaluate", "--checkpoint", str(checkpoint), *asked]
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 2 and expected in ran.output, ran.output
    assert not drawn
