"""From a denoiser to named, conditioned and measured directions and their sheet, by commands."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")

from tests.models.perceptual_weights import need_perceptual_weights  # noqa: E402

need_perceptual_weights()

from exhibit.stage.drawings import read_loop  # noqa: E402
from models.cli import main  # noqa: E402
from models.directions.classifier import Classifier, save_classifier  # noqa: E402
from models.directions.labels import NAMES  # noqa: E402
from models.directions.result import read_directions  # noqa: E402
from tests.models.diffusion.subjects import write_denoiser  # noqa: E402
from tests.models.hands import write_drawings, write_gan  # noqa: E402


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_denoiser(Path("denoiser.pt"))
    write_drawings(Path("heads"), 40)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        save_classifier(Classifier(NAMES), Path("labels.safetensors"))
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["diffuse", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["diffuse", *arguments])
    assert result.exit_code == 2, result.output
    return result.output


def test_diffuse_finds_conditions_measures_and_shows_directions(place: Path) -> None:
    few = ("--samples", "12", "--steps", "3")
    run("pca", "denoiser.pt", "-o", "pca", "--count", "2", *few)
    local = ("--region", "2,2,6,6", "--pictures", "2", "--angle", "0.1")
    run("jacobian", "denoiser.pt", "-o", "local", "--count", "1", *few, *local)
    named = run(
        "mean-difference", "denoiser.pt", "-o", "named", *few, "--classifier", "labels.safetensors"
    )
    assert "beard" in named
    on = ("--on", "glasses,hair-dark", "--from", "named", "--samples", "12")
    run("condition", "denoiser.pt", "beard", *on, "-o", "freed")
    freed = read_directions(Path("freed")).find("beard")
    assert freed.details["conditioned_on"] == ["glasses", "hair-dark"]
    ranged = ("--dataset", "heads", "--codes", "2")
    said = run("safe-range", "denoiser.pt", "pca", *ranged)
    assert "h-pca-1" in said
    low, high = read_directions(Path("pca")).find("h-pca-2").safe_range
    assert low <= 0 <= high
    assert "all 2 ranges are known" in run("safe-range", "denoiser.pt", "pca", *ranged)
    run("sheet", "denoiser.pt", "pca", "local", "-o", "sheet", "--codes", "2")
    page = (place / "sheet" / "index.html").read_text()
    assert "h at 3 steps" in page
    assert (place / "sheet" / "direction-03.png").is_file()


def test_diffuse_evaluate_puts_a_denoiser_and_a_generator_side_by_side(place: Path) -> None:
    write_gan(Path("gan.pt"))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        save_classifier(Classifier(("one", "two")), Path("two.safetensors"))
    small = ("--samples", "40", "--moved", "3", "--parts", "eyes", "--count", "1", "--steps", "2")
    said = run(
        *("evaluate", "denoiser.pt", "--gan", "gan.pt", "--classifier", "two.safetensors"),
        *("--dataset", "heads", "--json", "report.json", *small),
    )
    head = next(line for line in said.splitlines() if "generator" in line and "denoiser" in line)
    (line,) = (line for line in said.splitlines() if line.startswith("ROIR eyes, jacobian"))
    assert head.split() == ["denoiser", "generator"]
    assert len(line.split()) == 5
    assert (place / "report.json").is_file()


def test_diffuse_prior_puts_a_denoiser_and_a_generator_side_by_side(place: Path) -> None:
    write_gan(Path("gan.pt"))
    small = ("--samples", "8", "--copies", "3", "--steps", "2", "--json", "prior.json")
    asked = ("prior", "denoiser.pt", "--gan", "gan.pt", "--dataset", "heads", *small)
    assert "Dry run" in run(*asked, "--dry-run")
    said = run(*asked)
    assert said.index("measuring 40 drawings") < said.index("measuring the denoiser")
    report = json.loads((place / "prior.json").read_text())
    assert list(report) == ["denoiser", "generator"]
    assert report["denoiser"]["kid_floor"] == report["generator"]["kid_floor"]


def test_diffuse_draw_gives_a_seed_the_same_picture_and_goes_on(place: Path) -> None:
    few = ("--steps", "2")
    run("draw", "denoiser.pt", "-o", "all", "--seeds", "0-2", *few)
    first = (place / "all" / "seed00001.png").read_bytes()
    (place / "all" / "seed00002.png").unlink()
    assert "1 pictures -> all" in run("draw", "denoiser.pt", "-o", "all", "--seeds", "0-2", *few)
    run("draw", "denoiser.pt", "-o", "one", "--seeds", "1", *few)
    assert (place / "one" / "seed00001.png").read_bytes() == first
    run("draw", "denoiser.pt", "-o", "sheet.png", "--seeds", "0-2", *few)
    assert (place / "sheet.png").is_file()


def test_diffuse_attract_and_poster_write_drawings_and_a_loop_that_plays(place: Path) -> None:
    small = ("--steps", "2", "--side", "64")
    run("poster", "denoiser.pt", "-o", "posters", "--seeds", "3,5", *small)
    assert {file.name for file in (place / "posters").iterdir()} == {
        "seed00003.png",
        "seed00005.png",
    }
    said = run("attract", "denoiser.pt", "-o", "loop", "--count", "3", "--frames", "4", *small)
    assert "visit.drawings" in said
    assert len(read_loop(place / "loop" / "loop.npz")) == 3
    assert (place / "loop" / "walk.mp4").stat().st_size > 0
    again = run("attract", "denoiser.pt", "-o", "loop", "--count", "3", "--without", "1", *small)
    assert "2 drawings" in again
    assert len(read_loop(place / "loop" / "loop.npz")) == 2


def test_diffuse_refuses_what_does_not_fit(place: Path) -> None:
    write_gan(Path("gan.pt"))
    assert "models train-diffusion" in refused("pca", "gan.pt", "-o", "x")
    sefa = ["directions", "sefa", "--checkpoint", "gan.pt", "-o", "codes", "--count", "1"]
    assert CliRunner().invoke(main, sefa).exit_code == 0
    assert "directions of h" in refused("sheet", "denoiser.pt", "codes", "-o", "x")
    run("pca", "denoiser.pt", "-o", "pca", "--count", "1", "--samples", "4", "--steps", "3")
    shown = ["directions", "sheet", "pca", "--checkpoint", "gan.pt", "-o", "x"]
    result = CliRunner().invoke(main, shown)
    assert result.exit_code == 2
    assert "moves a denoiser" in result.output
