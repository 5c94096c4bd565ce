import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")

from models.cli import main  # noqa: E402
from models.directions.commands.directions import COMMANDS  # noqa: E402
from models.directions.result import read_directions  # noqa: E402
from tests.models.hands import write_gan  # noqa: E402
from tests.models.redrawn import write_heads, write_redrawn  # noqa: E402


@pytest.fixture(scope="module")
def gan(tmp_path_factory):
    return write_gan(tmp_path_factory.mktemp("gan") / "latest.pt")


def directions(*arguments: object):
    return CliRunner().invoke(main, ["directions", *(str(argument) for argument in arguments)])


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("pca", ("--samples", 100)),
        ("sefa", ("--rows", "unit")),
        ("sefa-conv", ("--activations", "--samples", 4, "--space", "w_plus")),
        ("resefa", ("--region", "4,4,8,8", "--space", "w_plus", "--rank", 16)),
        ("localized", ("--samples", 40, "--components", 4, "--side", 8, "--alpha", 0.01)),
        ("jacobian", ("--region", "4,4,8,8", "--angle", 0.1, "--psi", 0.7)),
    ],
)
def test_directions_method_writes_what_it_found(gan, tmp_path, method, settings):
    ended = directions(
        method, "--checkpoint", gan, "-o", tmp_path, "--count", 2, "--layers", "0-3,5", *settings
    )
    assert ended.exit_code == 0, ended.output
    found = read_directions(tmp_path)
    assert found.names == (f"{method}-1", f"{method}-2")
    assert all(d.layers == (0, 1, 2, 3, 5) and d.sigma > 0 for d in found)


def test_directions_panda_writes_directions_of_the_map_and_says_what_is_left(gan, tmp_path):
    asked = ("--samples", 6, "--appearances", 3, "--parts", 2, "--count", 2)
    ended = directions("panda", "--checkpoint", gan, "-o", tmp_path, *asked)
    assert ended.exit_code == 0, ended.output
    assert "of the maps' energy is left" in ended.output
    assert [d.space for d in read_directions(tmp_path)] == ["map", "map"]


def test_directions_concepts_writes_an_overlay_beside_each_direction(gan, tmp_path):
    asked = ("--samples", 6, "--appearances", 3, "--parts", 2, "--count", 2, "--refine-to", 4)
    directions("panda", "--checkpoint", gan, "-o", tmp_path, *asked)
    ended = directions("concepts", tmp_path, "--checkpoint", gan, "--codes", 2)
    assert ended.exit_code == 0, ended.output
    assert sorted(path.name for path in tmp_path.glob("concept_*.png")) == [
        "concept_panda-1.png",
        "concept_panda-2.png",
    ]
    directions("sefa", "--checkpoint", gan, "-o", tmp_path / "codes", "--count", 1)
    refused = directions("concepts", tmp_path / "codes", "--checkpoint", gan)
    assert refused.exit_code == 2 and "no direction of a feature map" in refused.output


def test_directions_tensor_names_expressions_and_yaw_and_may_give_every_layer_its_own(tmp_path):
    heads = write_heads(tmp_path / "heads")
    checkpoint = write_redrawn(tmp_path / "gan.pt", heads)
    asked = ("tensor", "--checkpoint", checkpoint, "--heads", heads, "-o", tmp_path / "found")
    assert directions(*asked).exit_code == 0
    assert set(read_directions(tmp_path / "found").names) == {"happy", "sad", "surprised", "yaw"}
    wide = directions(*asked, "--space", "w_plus", "--steps", 1, "--count", 1)
    assert wide.exit_code == 0, wide.output
    assert read_directions(tmp_path / "found").directions[0].details["form"] == "stacked"
    refused = directions(*asked, "--steps", 1)
    assert refused.exit_code == 2
    assert "expected --space w_plus" in refused.output


def test_directions_condition_writes_one_direction(gan, tmp_path):
    directions("sefa", "--checkpoint", gan, "-o", tmp_path / "a", "--count", 2)
    directions("pca", "--checkpoint", gan, "-o", tmp_path / "b", "--count", 1, "--samples", 50)
    ended = directions(
        "condition", "pca-1", "--on", "sefa-1,sefa-2", "--from", tmp_path / "a", "--from",
        tmp_path / "b", "--checkpoint", gan, "-o", tmp_path / "c",
    )  # fmt: skip
    assert ended.exit_code == 0, ended.output
    others = read_directions(tmp_path / "a").vectors
    assert abs(others @ read_directions(tmp_path / "c").vectors[0]).max() < 1e-5


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--layers", "a-b"), "--layers 'a-b'"),
        (("--layers", "12"), "layers [12]: expected some of 0 to 7"),
        (("--layers", "99"), "--layers '99': expected numbers from 0 to 17"),
        (("--region", "eyes"), "--region 'eyes'"),
    ],
)
def test_directions_bad_input_is_one_line_and_exit_code_2(gan, tmp_path, arguments, expected):
    given = ("--region", "4,4,8,8", *arguments)
    ended = directions("resefa", "--checkpoint", gan, "-o", tmp_path, *given)
    assert ended.exit_code == 2
    assert expected in ended.output and ended.output.count("\n") == 1


def test_directions_file_that_is_no_checkpoint_is_refused(tmp_path):
    ended = directions("sefa", "--checkpoint", tmp_path / "none.pt", "-o", tmp_path)
    assert ended.exit_code == 2 and "no such checkpoint" in ended.output


def test_directions_every_command_has_help():
    for name in COMMANDS:
        assert directions(name, "--help").exit_code == 0
