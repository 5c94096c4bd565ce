"""Whoever changes a module finds its tests under the module's name, and the other way round.

Spans the whole of tests/.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
SPANS = "Spans "
"""How a test of several modules begins the line of its docstring that says which."""


def stands_for(test: Path, root: Path = ROOT) -> bool:
    """Whether a test has the place and the name of a module or package, here or beside it."""
    name = test.stem.removeprefix("test_")
    beside = test.with_name(f"{name}.py")
    there = root / beside.relative_to(root / "tests")
    entry = there.with_name(f"__{name}__.py")
    return any(path.exists() for path in (beside, there, there.with_suffix(""), entry))


def says_what_it_spans(test: Path) -> bool:
    """Whether a test's docstring names the modules that it is of."""
    docstring = ast.get_docstring(ast.parse(test.read_text(encoding="utf-8"))) or ""
    return any(line.startswith(SPANS) for line in docstring.splitlines())


def test_every_test_mirrors_a_module_or_says_what_it_spans() -> None:
    tests = sorted(TESTS.rglob("test_*.py"))
    assert len(tests) > 100
    lost = [test for test in tests if not stands_for(test) and not says_what_it_spans(test)]
    assert not lost, (
        f"{', '.join(str(test.relative_to(ROOT)) for test in lost)}: expected the name and place "
        f"of a module, or a line '{SPANS}...' in the docstring"
    )


def test_no_test_that_mirrors_a_module_says_that_it_spans_others() -> None:
    """What was true of a test before it moved."""
    both = [test for test in TESTS.rglob("test_*.py") if stands_for(test)]
    assert not [test for test in both if says_what_it_spans(test)]


@pytest.mark.parametrize(
    ("module", "test"),
    [
        ("models/saved/gan.py", "models/saved/test_gan.py"),
        ("exhibit/stage/__main__.py", "exhibit/stage/test_main.py"),
        ("exhibit/operator/pages/__init__.py", "exhibit/operator/test_pages.py"),
        ("tests/tools/render.py", "tools/test_render.py"),
    ],
)
def test_stands_for_a_module_a_package_an_entry_or_a_tool_beside_it(
    tmp_path: Path, module: str, test: str
) -> None:
    place = tmp_path / "tests" / test
    assert not stands_for(place, tmp_path)
    (tmp_path / module).parent.mkdir(parents=True)
    (tmp_path / module).touch()
    assert stands_for(place, tmp_path)
