"""What is installed must exist for the machine, and be the version that was tested.

Spans pyproject.toml and what is installed by it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pins() -> dict[str, str]:
    """Versions by name, as constraints.txt has them."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"([\w.-]+)==(\S+)", line) for line in lines if not line.startswith("#")]
    return {canonicalize_name(match[1]): match[2] for match in found if match}


def needed(lines: list[str], seen: set[str]) -> Iterator[str]:
    """Names of the installed packages that requirements need here, and those need in turn."""
    for line in lines:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        environments = [{"extra": extra} for extra in ("", *requirement.extras)]
        marker = requirement.marker
        if name in seen or (marker and not any(marker.evaluate(e) for e in environments)):
            continue
        seen.add(name)
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        yield name
        yield from needed(distribution.requires or [], seen)


@pytest.mark.parametrize(
    ("system", "processor", "expected"),
    [
        ("linux", "x86_64", "onnxruntime-gpu"),
        ("win32", "AMD64", "onnxruntime-gpu"),
        ("linux", "aarch64", "onnxruntime"),
        ("linux", "armv7l", "onnxruntime"),
        ("darwin", "arm64", "onnxruntime"),
        ("darwin", "x86_64", "onnxruntime"),
        ("win32", "ARM64", "onnxruntime"),
    ],
)
def test_every_machine_gets_one_onnxruntime(system: str, processor: str, expected: str) -> None:
    machine = {**default_environment(), "sys_platform": system, "platform_machine": processor}
    requirements = [Requirement(line) for line in PROJECT["dependencies"]]
    asked = [r.name for r in requirements if not r.marker or r.marker.evaluate(machine)]
    assert [name for name in asked if name.startswith("onnxruntime")] == [expected]


def test_both_onnxruntimes_are_pinned_to_one_version() -> None:
    assert pins()["onnxruntime"] == pins()["onnxruntime-gpu"]


def test_everything_that_gets_installed_is_pinned() -> None:
    lines = [*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)]
    assert set(needed(lines, set())) <= set(pins())


def test_everything_asked_for_is_pinned_at_a_version_that_satisfies_it() -> None:
    for line in [*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)]), line
