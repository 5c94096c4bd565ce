"""From heads to turns, and from drawings to a table of poses, by commands."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")
pytest.importorskip("resvg_py")

from exhibit.contract.yaml_text import read_yaml  # noqa: E402
from models.cli import main  # noqa: E402
from models.collection.dataset import data_sha256  # noqa: E402
from tests.models.hands import write_drawings, write_gan  # noqa: E402
from tests.models.redrawn import write_heads, write_redrawn  # noqa: E402
from tests.models.structure.networks import write_control  # noqa: E402

FEW = ("--pictures", "8", "--batch", "4")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["structure", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_structure_from_heads_to_turns(place: Path) -> None:
    write_heads(place / "heads")
    write_gan(Path("gan.pt"))
    said = run("landmarks", "heads", "-o", "found", *FEW)
    assert "45 heads not seen" in said
    assert "nose-low" in said
    gan = ("--checkpoint", "gan.pt")
    asked = ("control", *gan, "--landmarks", "found/latest.pt", "--samples", "100", "-o", "control")
    assert "Dry run" in run(*asked, "--changes", "2", *FEW, "--dry-run")
    assert not (place / "control").exists()
    said = run(*asked, "--changes", "2", *FEW)
    assert "structure of 90 heads" in said
    assert "times as deep as wide" in said
    assert "10 heads not seen" in said
    for way in ("inverse", "gradient"):
        turned = ("--by", "-10,0,10", "--heads", "2", "--way", way, "-o", f"{way}.png")
        assert "2 heads turned" in run("turn", *gan, "--control", "control/latest.pt", *turned)
        assert (place / f"{way}.png").is_file()
    write_redrawn(Path("redrawn.pt"), place / "heads")
    among = ("control", "--checkpoint", "redrawn.pt", *asked[3:-1], "among", "--heads", "heads")
    said = run(*among, "--changes", "2", *FEW)
    assert f"structure of {len(list((place / 'heads' / 'images').iterdir()))} heads" in said
    kept = ("turn", "--checkpoint", "redrawn.pt", "--control", "among/latest.pt", "-o", "kept.png")
    assert "2 heads turned" in run(*kept, "--of", "heads", "--heads", "2")
    _, card = read_yaml((place / "among" / "card.yaml").read_text())
    assert card["data"]["heads"] == data_sha256(place / "heads")
    lost = run(*among[:2], "gan.pt", *among[3:-3], "lost", "--heads", "heads", *FEW, code=2)
    assert "keeps no latents of the drawings of heads" in lost
    write_control(Path("wide.pt"), w_dim=20)
    wide = run("turn", *gan, "--control", "wide.pt", "-o", "x.png", code=2)
    assert "for codes of 20 numbers" in wide
    wrong = run("turn", *gan, "--control", "found/latest.pt", "-o", "x.png", code=2)
    assert "models structure control" in wrong
    asked = ("turn", *gan, "--control", "control/latest.pt", "-o", "x.png", "--by", "left")
    assert "expected degrees" in run(*asked, code=2)


def test_structure_learns_poses_and_measures_them_beside_moments(place: Path) -> None:
    write_drawings(Path("drawings"), 12)
    run("canonical", "drawings", "-o", "swapped", *FEW)
    run("canonical", "drawings", "-o", "plain", "--swap", "0", *FEW)
    assert "holds a run already" in run("canonical", "drawings", "-o", "plain", *FEW, code=2)
    given = ("--canonical", "swapped/latest.pt", "--canonical", "plain/latest.pt")
    said = run("pose", "drawings", *given, "-o", "sheets", "--json", "poses.json")
    table = json.loads((place / "poses.json").read_text())
    assert list(table) == ["not told", "moments", "swapped", "plain"]
    assert table["moments"]["shift %"] < table["not told"]["shift %"]
    assert "2 drawings that were not learnt from" in said
    assert {path.name for path in (place / "sheets").iterdir()} == {"swapped.png", "plain.png"}
