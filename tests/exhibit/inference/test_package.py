"""A machine without CUDA must learn what it carries in vain; two packages in one place show."""

from __future__ import annotations

from pathlib import Path

import pytest

from exhibit.inference.package import Package, installed_packages


def _install(folder: Path, name: str, files: dict[str, int]) -> None:
    info = folder / f"{name.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (info / "RECORD").write_text("".join(f"{file},,{size}\n" for file, size in files.items()))


def test_packages_are_found_with_the_part_that_only_cuda_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuda = {"a/libx_providers_cuda.so": 700, "a/libx_providers_tensorrt.so": 50}
    shared = {"a/__init__.py": 10, "a/capi/__init__.py": 20, "a/libx_providers_shared.so": 5}
    _install(tmp_path, "made-up-gpu", cuda | shared)
    _install(tmp_path, "made-up", shared)
    monkeypatch.syspath_prepend(tmp_path)
    assert installed_packages(("made-up-gpu", "made-up", "made-up-npu")) == (
        Package("made-up-gpu", "1.2", 785, 750),
        Package("made-up", "1.2", 35, 0),
    )


def test_packages_of_this_installation_are_one() -> None:
    (package,) = installed_packages()
    assert package.size > 10e6
    assert (package.cuda_size > 0) == (package.name == "onnxruntime-gpu")
