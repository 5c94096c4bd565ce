"""Fetch a published bundle: what was cut off is gone on with, what is not right is refused."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import json
import shutil
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

from exhibit.contract.errors import InputError
from exhibit.contract.files import write_whole
from exhibit.contract.plain_files import open_plain, plain_text
from exhibit.operator.bundle_store import FOLDER, install
from exhibit.operator.delivery.manifest import LONGEST, SIGNATURE, Manifest, verified

_TIMEOUT_S = 30.0
_BLOCK = 1 << 18
_ROOM_LEFT_BYTES = 256 * 1024**2
_NEWEST = "pulled.json"
_PART = ".part"


@dataclass(frozen=True, slots=True)
class Pulled:
    """A bundle that is here now: its folder, and whether it was fetched or lay here already."""

    folder: Path
    is_new: bool


def pull(url: str, keys: Sequence[str], state_dir: Path, say: Callable[[int, int], None]) -> Pulled:
    """Fetch a published bundle and put it beside the others; the one in use is not touched.

    Args:
        url: of the manifest, http or https.
        keys: who may publish, as `operator.bundle_keys` has them.
        state_dir: the state folder.
        say: is told how many bytes of how many are here.

    Raises:
        InputError: nobody who is known has signed it, it is older than what was fetched before, it
            was altered or cut off, or there is no such place.
        BundleError: it is no bundle that this version can use, or there is one of its name.
        OSError: there is no room.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError(f"{url}: expected the address of a manifest, http:// or https://")
    text, signature = _get(url), _get(url + SIGNATURE)
    manifest = verified(text, signature, keys, url)
    place = state_dir / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    folder = place / f"{manifest.bundle}-{manifest.serial}"
    newest = _newest(place)
    if manifest.serial < newest.get(manifest.bundle, 0):
        raise InputError(
            f"{url}: number {manifest.serial} of '{manifest.bundle}' is older than number "
            f"{newest[manifest.bundle]}, which was fetched before; publish it anew to go back to it"
        )
    if (folder / "card.yaml").is_file():
        return Pulled(folder, is_new=False)
    part = place / f".{manifest.sha256[:16]}{_PART}"
    with _gone_where_there_is_no_room(part):
        _fetch(urljoin(url, quote(manifest.file)), manifest, part, say)
        installed = install(state_dir, part, folder.name)
    write_whole(place / _NEWEST, json.dumps({**newest, manifest.bundle: manifest.serial}))
    # With what earlier fetches that came to no end have left.
    for left in place.glob(f".*{_PART}"):
        left.unlink()
    return Pulled(installed, is_new=True)


def _newest(place: Path) -> dict[str, int]:
    try:
        found = json.loads(plain_text(place / _NEWEST))
        return {str(name): int(serial) for name, serial in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise InputError(
            f"{place / _NEWEST}: cannot be read: {error}; expected the numbers of the bundles that "
            "were fetched; take it away to begin anew"
        ) from None


@contextlib.contextmanager
def _gone_where_there_is_no_room(part: Path) -> Iterator[None]:
    """Remove what is here of an archive that the disk has no room for: the table needs it all."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            part.unlink(missing_ok=True)
        raise


def _fetch(url: str, manifest: Manifest, part: Path, say: Callable[[int, int], None]) -> None:
    """Fetch an archive into a file, from where an earlier try was cut off; its digest is right."""
    if not part.is_file():
        part.unlink(missing_ok=True)  # a pipe would be waited for
    have = part.stat().st_size if part.exists() else 0
    if have > manifest.bytes:
        have = 0
    if shutil.disk_usage(part.parent).free < 2 * manifest.bytes + _ROOM_LEFT_BYTES:
        raise InputError(f"{part.parent}: no room for {manifest.bytes / 1e6:.0f} MB and a copy")
    if have < manifest.bytes:
        _go_on(url, manifest.bytes, part, have, say)
    with open_plain(part) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != manifest.sha256:
        part.unlink()
        raise InputError(
            f"{url}: SHA-256 is {digest[:12]}…, the manifest expects {manifest.sha256[:12]}…; it "
            "was altered or damaged on its way, and is fetched anew next time"
        )


def _go_on(url: str, size: int, part: Path, have: int, say: Callable[[int, int], None]) -> None:
    headers = {"Range": f"bytes={have}-"} if have else {}
    with _opened(urllib.request.Request(url, headers=headers)) as answer:
        # A server that cannot go on sends it from the beginning.
        goes_on = have > 0 and answer.status == http.client.PARTIAL_CONTENT
        with part.open("ab" if goes_on else "wb") as file:
            here = file.tell()
            while here <= size and (block := _read(answer, min(_BLOCK, size + 1 - here), url)):
                file.write(block)
                here += len(block)
                say(min(here, size), size)
    if here > size:
        part.unlink()
    if here != size:
        how = "more than" if here > size else "cut off before"
        raise InputError(f"{url}: {how} the {size} bytes that the manifest expects; try again")


def _get(url: str) -> bytes:
    with _opened(urllib.request.Request(url)) as answer:
        text = _read(answer, LONGEST + 1, url)
    if len(text) > LONGEST:
        raise InputError(f"{url}: longer than {LONGEST} bytes; expected a manifest")
    return text


def _opened(asked: urllib.request.Request) -> http.client.HTTPResponse:
    try:
        answer: http.client.HTTPResponse = urllib.request.urlopen(asked, timeout=_TIMEOUT_S)
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise _unreachable(asked.full_url, error) from None
    return answer


def _read(answer: http.client.HTTPResponse, count: int, url: str) -> bytes:
    try:
        return answer.read(count)
    except (http.client.HTTPException, OSError) as error:
        raise _unreachable(url, error) from None


def _unreachable(url: str, error: Exception) -> InputError:
    reason = getattr(error, "reason", None) or error
    return InputError(f"{url}: cannot be fetched: {reason}")
