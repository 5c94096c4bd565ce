"""A bundle from elsewhere is looked at before it is unpacked, and then before it is believed."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from exhibit.contract.bundle import load_bundle
from exhibit.operator import archives
from exhibit.operator.access.roles import Role
from exhibit.operator.desk import Desk
from tests.exhibit.operator.conftest import FakeTable
from tests.fakes.bundle import write_bundle

UPLOAD = "/api/v1/bundles/upload"
Holder = Callable[[Role], TestClient]


@pytest.fixture
def bundle(tmp_path: Path) -> dict[str, bytes]:
    folder = write_bundle(tmp_path / "elsewhere", name="visitor")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _zip(files: dict[str, bytes], top: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(top + name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("top", ["", "visitor-main/"])
def test_upload_bundle_is_there_to_be_chosen_and_taken_away(
    table: FakeTable, admin: TestClient, desk: Desk, bundle: dict[str, bytes], top: str
) -> None:
    answer = admin.post(UPLOAD, content=_zip(bundle, top))
    assert answer.status_code == 201, answer.text
    name = answer.json()["bundle"]
    assert load_bundle(Path(name)).card.name == "visitor"
    listed = {found["bundle"]: found for found in admin.get("/api/v1/bundles").json()["installed"]}
    assert listed[name]["uploaded"]
    assert listed[name]["card"]["name"] == "visitor"
    assert admin.post("/api/v1/bundles/use", json={"bundle": name}).status_code == 202
    assert desk.settings.effective.model.bundle == name
    assert admin.delete("/api/v1/bundles/visitor").status_code == 409
    desk.bundles.opening = None
    desk.settings.drop_bundle()
    assert admin.delete("/api/v1/bundles/visitor").status_code == 204
    assert not Path(name).exists()
    assert list(desk.state_dir.glob(".received-*")) == []


def test_upload_second_of_a_name_is_refused_and_the_first_stays(
    table: FakeTable, admin: TestClient, desk: Desk, bundle: dict[str, bytes]
) -> None:
    assert admin.post(UPLOAD, content=_zip(bundle)).status_code == 201
    again = admin.post(UPLOAD, content=_zip(bundle))
    assert (again.status_code, "already" in again.text) == (422, True)
    assert load_bundle(desk.state_dir / "bundles" / "visitor").card.name == "visitor"


def _linked(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO(_zip(files))
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("link.npz")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda b: b"no archive", "no ZIP archive"),
        (lambda b: _zip(b)[:-400], "no ZIP archive"),
        (lambda b: _zip({"a.txt": b"x"}), "expected card.yaml in it"),
        (lambda b: _zip({**b, "../card.yaml": b"x"}), "no place within the archive"),
        (lambda b: _zip({**b, "/etc/x": b"x"}), "no place within the archive"),
        (lambda b: _zip({**b, "run.py": b"x"}), "'run.py' is not named in card.yaml"),
        (lambda b: _zip({**b, "sub/run.py": b"x"}), "no file of a bundle"),
        (_linked, "no plain file"),
        (lambda b: _zip({**b, "generator.onnx": b"x"}), "generator.onnx: SHA-256 is"),
        (lambda b: _zip({k: v for k, v in b.items() if k != "encoder.onnx"}), "encoder.onnx: miss"),
        (lambda b: _zip({**b, "zeros.bin": bytes(5_000_000)}), "packed more tightly"),
        (lambda b: _zip({**b, **{f"{n}.bin": b"" for n in range(2100)}}), "expected at most 2000"),
    ],
)
def test_upload_what_is_no_bundle_is_refused_and_leaves_nothing(
    table: FakeTable,
    admin: TestClient,
    desk: Desk,
    bundle: dict[str, bytes],
    damage: Callable[[dict[str, bytes]], bytes],
    reason: str,
) -> None:
    answer = admin.post(UPLOAD, content=damage(bundle))
    assert answer.status_code == 422
    assert reason in answer.json()["detail"]
    assert list((desk.state_dir / "bundles").glob("*")) == []
    assert str(desk.state_dir) not in answer.text


def test_upload_too_large_unpacked_is_refused_before_it_is(
    table: FakeTable, admin: TestClient, bundle: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 100)
    assert "MB unpacked" in admin.post(UPLOAD, content=_zip(bundle)).json()["detail"]


def test_upload_by_somebody_below_admin_is_refused(
    table: FakeTable, holder: Holder, bundle: dict[str, bytes]
) -> None:
    assert holder(Role.OPERATOR).post(UPLOAD, content=_zip(bundle)).status_code == 403
    assert holder(Role.ANYONE).post(UPLOAD, content=_zip(bundle)).status_code == 401


@pytest.mark.parametrize("name", ["nobody", "..", "%2e%2e%2fx", ".draft"])
def test_take_away_what_was_not_uploaded_is_refused(
    table: FakeTable, admin: TestClient, name: str
) -> None:
    assert admin.delete(f"/api/v1/bundles/{name}").status_code in (404, 405)
