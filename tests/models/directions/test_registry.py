"""A method is named once; what it lacks elsewhere is said here."""

from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

from exhibit.contract.errors import InputError
from models.cli import main
from models.directions import registry
from models.directions.registry import METHODS, find_method


@pytest.mark.parametrize("name", METHODS)
def test_every_method_discovers_and_has_a_command(name: str) -> None:
    assert callable(find_method(name))
    helped = CliRunner().invoke(main, ["directions", name, "--help"])
    assert helped.exit_code == 0, helped.output
    assert f"directions {name} " in helped.output


def test_every_module_that_discovers_is_named() -> None:
    folder = Path(registry.__file__).parent
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    discovering = {name for name, text in texts.items() if "\ndef discover(" in text}
    assert discovering == {registry.module_of(name) for name in METHODS}


def test_find_method_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(InputError, match=r"'gan': expected one of pca, .*svm"):
        find_method("gan")
