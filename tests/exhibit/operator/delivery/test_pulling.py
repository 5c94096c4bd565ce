"""What arrives is whole, signed and newer, or it is refused and what was there stays."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exhibit.contract.bundle import load_bundle
from exhibit.contract.errors import BundleError, InputError
from exhibit.operator.bundle_store import FOLDER
from exhibit.operator.delivery import pulling
from exhibit.operator.delivery.manifest import public_half, verified
from exhibit.operator.delivery.publishing import publish
from exhibit.operator.delivery.pulling import Pulled, pull
from tests.exhibit.operator.delivery.web import Web, serving
from tests.fakes.bundle import write_bundle
from tests.fakes.small_disk import empty, fill, small_disk

KEY = Ed25519PrivateKey.generate()
KEYS = (public_half(KEY),)
_REFUSED = "|".join(
    (
        r"not signed by any key",
        r"no signature; expected base64",
        r"is older than number 2000",
        r"SHA-256 is",
        r"cut off before",
        r"more than the",
    )
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    publish(write_bundle(folder / "elsewhere", name="visitor"), folder / "www", KEY, lambda: 1000)
    return folder / "www"


@pytest.fixture
def web(published: Path, tmp_path: Path) -> Iterator[Web]:
    shutil.copytree(published, tmp_path / "www")
    with serving(tmp_path / "www") as web:
        yield web


def _pull(web: Web, tmp_path: Path, keys: tuple[str, ...] = KEYS) -> Pulled:
    said: list[tuple[int, int]] = []
    pulled = pull(f"{web.url}/visitor.json", keys, tmp_path / "state", lambda *n: said.append(n))
    if pulled.is_new:
        assert said[-1][0] == said[-1][1] > 0
    return pulled


def _publish_anew(web: Web, tmp_path: Path, at: int, name: str = "visitor") -> None:
    shutil.rmtree(tmp_path / "again", ignore_errors=True)
    publish(write_bundle(tmp_path / "again", name=name, seed=at), web.folder, KEY, lambda: at)


def test_pulled_bundle_lies_beside_the_others_under_its_number(web: Web, tmp_path: Path) -> None:
    first = _pull(web, tmp_path)
    assert first == Pulled(tmp_path / "state" / FOLDER / "visitor-1000", is_new=True)
    assert load_bundle(first.folder).card.name == "visitor"
    assert _pull(web, tmp_path) == Pulled(first.folder, is_new=False)
    _publish_anew(web, tmp_path, 2000)
    second = _pull(web, tmp_path)
    assert second.folder.name == "visitor-2000"
    assert load_bundle(first.folder)
    assert not list((tmp_path / "state" / FOLDER).glob(".*"))


def test_one_that_is_older_than_what_was_fetched_is_refused(web: Web, tmp_path: Path) -> None:
    old = {file.name: file.read_bytes() for file in web.folder.iterdir()}
    _publish_anew(web, tmp_path, 2000)
    _pull(web, tmp_path)
    for name, content in old.items():
        (web.folder / name).write_bytes(content)
    with pytest.raises(InputError, match=r"number 1000 of 'visitor' is older than number 2000"):
        _pull(web, tmp_path)


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_fetch_that_was_cut_off_is_gone_on_with(web: Web, tmp_path: Path, goes_on: bool) -> None:
    web.cut_at, web.goes_on = 700, goes_on
    with pytest.raises(InputError, match=r"cannot be fetched|cut off before"):
        _pull(web, tmp_path)
    web.cut_at = None
    web.asked.clear()
    assert _pull(web, tmp_path).is_new
    assert web.asked[-1] == ("/visitor-1000.zip", "bytes=700-")


def test_a_fetch_that_fills_the_disk_is_refused_and_gives_the_room_back(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_ROOM_LEFT_BYTES", 0)
    monkeypatch.setattr(pulling, "_BLOCK", 4096)
    archive_bytes = (web.folder / "visitor-1000.zip").stat().st_size
    with small_disk(tmp_path / "state", 4 * archive_bytes + (1 << 16)) as state:
        kept = pull(f"{web.url}/visitor.json", KEYS, state, lambda *_: None).folder
        _publish_anew(web, tmp_path, 2000)
        # Somebody else takes what room there was, while it is on its way.
        with pytest.raises(OSError, match="No space left on device"):
            pull(f"{web.url}/visitor.json", KEYS, state, lambda *_: fill(state))
        assert [path.name for path in (state / FOLDER).iterdir() if path.name[0] == "."] == []
        assert load_bundle(kept).card.name == "visitor"
        empty(state)
        again = pull(f"{web.url}/visitor.json", KEYS, state, lambda *_: None)
        assert (again.is_new, again.folder.name) == (True, "visitor-2000")


def _damaged(file: str, number: int, chance: random.Random, web: Web) -> dict[str, bytes]:
    """One bit is another, or the end is missing."""
    whole = (web.folder / file).read_bytes()
    at = chance.randrange(len(whole) - 1)
    if number % 5 == 0:
        return {file: whole[:at]}
    return {file: whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(7)]) + whole[at + 1 :]}


def test_of_a_hundred_damaged_or_replayed_downloads_none_is_taken(web: Web, tmp_path: Path) -> None:
    """Whichever of the three files is damaged and wherever, or comes from an older publication."""
    old = {file.name: file.read_bytes() for file in web.folder.iterdir()}
    old_archive = old.pop("visitor-1000.zip")
    _publish_anew(web, tmp_path, 2000)
    _pull(web, tmp_path)
    running = tmp_path / "state" / FOLDER / "visitor-2000"
    before = {path: path.read_bytes() for path in running.rglob("*") if path.is_file()}
    _publish_anew(web, tmp_path, 3000)
    chance = random.Random(1)
    files = ["visitor.json", "visitor.json.sig", "visitor-3000.zip"]
    manifest, signature = ({name: old[name]} for name in files[:2])
    replays = [old, manifest, signature, {"visitor-3000.zip": old_archive}]
    for number in range(100):
        sent = (
            _damaged(files[number % 3], number, chance, web)
            if number % 4
            else replays[number // 4 % 4]
        )
        kept = {name: (web.folder / name).read_bytes() for name in sent}
        for name, content in sent.items():
            (web.folder / name).write_bytes(content)
        with pytest.raises(InputError, match=_REFUSED):
            _pull(web, tmp_path)
        for name, content in kept.items():
            (web.folder / name).write_bytes(content)
        # Or the whole beginning of one that was cut off would be gone on with.
        for part in (tmp_path / "state" / FOLDER).glob(".*"):
            part.unlink()
    assert {path: path.read_bytes() for path in before} == before
    assert [found.name for found in (tmp_path / "state" / FOLDER).glob("*-*")] == ["visitor-2000"]
    assert _pull(web, tmp_path).is_new


def test_who_is_not_known_has_published_nothing(web: Web, tmp_path: Path) -> None:
    stranger = public_half(Ed25519PrivateKey.generate())
    with pytest.raises(InputError, match=r"not signed by any key of operator\.bundle_keys"):
        _pull(web, tmp_path, (stranger,))
    assert _pull(web, tmp_path, (stranger, *KEYS)).is_new


def test_a_signed_archive_that_is_no_bundle_is_refused(web: Web, tmp_path: Path) -> None:
    manifest = verified(
        (web.folder / "visitor.json").read_bytes(),
        (web.folder / "visitor.json.sig").read_bytes(),
        KEYS,
        "here",
    )
    content = b"no archive at all"
    (web.folder / manifest.file).write_bytes(content)
    digest = "8db44cd0d0b0c9a3c3a6ec8a3a6a8fd1a0d63bd4f3a8f6a6f2cb9e0e8b4a9f00"
    wrong = manifest.model_copy(update={"bytes": len(content), "sha256": digest})
    _sign_anew(web, wrong.model_dump())
    with pytest.raises(InputError, match="SHA-256 is"):
        _pull(web, tmp_path)
    _sign_anew(web, {**wrong.model_dump(), "sha256": hashlib.sha256(content).hexdigest()})
    with pytest.raises((InputError, BundleError), match="no ZIP archive"):
        _pull(web, tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"file": "../etc/passwd.zip"}, "file"),
        ({"file": "a/b.zip"}, "file"),
        ({"bundle": ".."}, "bundle"),
        ({"bytes": 10**12}, "bytes"),
        ({"serial": 0}, "serial"),
        ({"format": 2}, "format"),
        ({"more": 1}, "more"),
    ],
)
def test_a_signed_manifest_that_is_none_is_refused_by_its_key(
    web: Web, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    known = json.loads((web.folder / "visitor.json").read_text())
    text = json.dumps({**known, **change}).encode()
    _sign_text(web, text)
    with pytest.raises(InputError, match=f"no manifest of ours: {said}"):
        _pull(web, tmp_path)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "expected the address of a manifest"),
        ("visitor.json", "expected the address of a manifest"),
        ("http://127.0.0.1:9/visitor.json", "cannot be fetched"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        pull(url, KEYS, tmp_path, lambda *_: None)
    assert url in str(refused.value)


def test_more_than_the_manifest_says_is_not_read_on(web: Web, tmp_path: Path) -> None:
    archive = web.folder / "visitor-1000.zip"
    archive.write_bytes(archive.read_bytes() + b"x" * 1_000_000)
    with pytest.raises(InputError, match="more than the"):
        _pull(web, tmp_path)
    assert not list((tmp_path / "state" / FOLDER).iterdir())


def test_a_number_that_cannot_be_read_is_told_and_nothing_is_fetched(
    web: Web, tmp_path: Path
) -> None:
    place = tmp_path / "state" / FOLDER
    place.mkdir(parents=True)
    (place / "pulled.json").write_text("[1")
    with pytest.raises(InputError, match=r"pulled\.json: cannot be read"):
        _pull(web, tmp_path)


def _sign_anew(web: Web, fields: dict[str, object]) -> None:
    _sign_text(web, json.dumps(fields).encode())


def _sign_text(web: Web, text: bytes) -> None:
    (web.folder / "visitor.json").write_bytes(text)
    (web.folder / "visitor.json.sig").write_bytes(base64.b64encode(KEY.sign(text)))
