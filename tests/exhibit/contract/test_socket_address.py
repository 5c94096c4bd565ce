"""A socket works in a folder of any depth, or the system that cannot do that is named."""

from pathlib import Path

import pytest

from exhibit.contract import socket_address as module
from exhibit.contract.errors import InputError
from exhibit.contract.socket_address import socket_address

SHORT = Path("/run/table") / ("x" * 92)
LONG = Path("/run/table") / ("x" * 93)


def test_address_of_a_short_path_is_the_path() -> None:
    with socket_address(SHORT) as address:
        assert address == str(SHORT)


def test_address_of_an_abstract_name_is_the_name() -> None:
    with socket_address(Path("\0" + "x" * 106)) as address:
        assert address == "\0" + "x" * 106


@pytest.mark.skipif(not module._DESCRIPTORS.is_dir(), reason="needs proc")
def test_address_of_a_long_path_fits_and_leaves_no_descriptor_open(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*5 * ["twenty letters a day"])
    folder.mkdir(parents=True)
    with socket_address(folder / "engine.sock") as address:
        assert len(address) <= module._LONGEST
        assert Path(address).parent.samefile(folder)
    assert not Path(address).parent.exists()


def test_address_too_long_for_the_system_names_path_and_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_DESCRIPTORS", Path("/none"))
    said = r"xxx: its path has 104 bytes, expected at most 103 for a socket; set TMPDIR"
    with pytest.raises(InputError, match=said), socket_address(LONG):
        pass
