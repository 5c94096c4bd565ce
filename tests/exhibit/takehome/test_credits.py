"""A page never goes out under the wrong name: the bundle that answered is credited, or nobody."""

from pathlib import Path

import pytest

from exhibit.contract.bundle import read_card
from exhibit.contract.memory import PROVENANCE
from exhibit.contract.records import Origin
from exhibit.takehome.credits import credits_of
from tests.fakes.bundle import write_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle")


def _name(bundle: Path) -> str:
    return read_card(bundle / "card.yaml").name


def test_credits_name_the_artist_in_the_museums_language(bundle: Path) -> None:
    (line,) = credits_of(_name(bundle), [str(bundle)], Origin(), "nb")
    assert line.startswith("etter ")


def test_credits_name_the_drawing_that_was_recalled(bundle: Path) -> None:
    (bundle / PROVENANCE).parent.mkdir(exist_ok=True)
    (bundle / PROVENANCE).write_text(
        '[{"item": "a", "source": "s"}, '
        '{"item": "b", "source": "s", "title": "An owl", "book": "More Beasts", "year": 1897}]'
    )
    lines = credits_of(_name(bundle), [str(bundle)], Origin(2, 2), "en")
    assert lines[1] == "An owl, More Beasts, 1897"
    assert len(credits_of(_name(bundle), [str(bundle)], Origin(2, 9), "en")) == 1


def test_credits_say_the_artist_once_where_the_drawing_has_no_title(bundle: Path) -> None:
    artist = read_card(bundle / "card.yaml").artist
    (bundle / PROVENANCE).parent.mkdir(exist_ok=True)
    (bundle / PROVENANCE).write_text(
        f'[{{"item": "a", "source": "s", "artist": "{artist}", "book": "More Beasts"}}]'
    )
    lines = credits_of(_name(bundle), [str(bundle)], Origin(1, 1), "en")
    assert lines == (f"after {artist}, More Beasts",)


def test_credits_of_another_bundle_than_the_one_set_come_from_the_fallback(bundle: Path) -> None:
    lines = credits_of("lear", [str(bundle), "lear"], Origin(), "en")
    assert lines == ("after Edward Lear",)


def test_credits_of_an_unknown_bundle_are_none(bundle: Path) -> None:
    assert credits_of("another", [str(bundle), "not there"], Origin(), "en") == ()
