"""No page may lack a text in any language, and no language a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exhibit.contract.settings.expectation import settings_of
from exhibit.contract.settings.schema import Config
from exhibit.contract.update_news import KINDS as NEWS
from exhibit.operator.pages.form import controls
from exhibit.operator.pages.texts import LANGUAGES, catalogue, choose_language, read_catalogue
from exhibit.operator.pages.tuning import names_in, setting_texts
from exhibit.operator.pages.wording import happened, noted
from exhibit.operator.state.watch import KEPT_EVENTS

ROOT = Path(__file__).parents[4]
_PLACE = re.compile(r"\{(\w+)\}")
_RECORD = re.compile(
    r'(?:(?:events|audit)\.add|(?<![.\w])attempt)\((?:\s*request,)?\s*"([a-z ]+)"'
    r'|(?<![.\w])_write\([^"\n]*"([a-z ]+)"'
)
_FAILURE = re.compile(r'note_failure\(desk, request, "([a-z ]+)"\)')


def test_catalogue_every_key_has_a_text_in_every_language() -> None:
    wrong = {
        key: entry
        for key, entry in read_catalogue().items()
        if list(entry) != list(LANGUAGES) or not all(entry.values())
    }
    assert wrong == {}


def test_catalogue_every_language_names_the_same_values() -> None:
    wrong = [
        key
        for key, entry in read_catalogue().items()
        if len({frozenset(_PLACE.findall(text)) for text in entry.values()}) > 1
    ]
    assert wrong == []


def test_settings_texts_have_all_languages_and_name_only_settings_there_are() -> None:
    known = {control.key for control in controls()}
    for key, entry in setting_texts().items():
        assert key in known, f"{key} is no setting"
        assert set(entry) == {"name", *LANGUAGES} - {"en"}, key
        assert list(entry["name"]) == list(LANGUAGES), key


def test_catalogue_has_a_title_for_every_section_of_settings() -> None:
    sections = {control.section or "root" for control in controls()}
    assert {name for name in sections if f"section.{name}" not in read_catalogue()} == set()


def test_settings_texts_cover_every_setting() -> None:
    assert [control.key for control in controls() if control.key not in setting_texts()] == []


def _recorded() -> set[str]:
    """What records are about, as the sources write them."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "exhibit").rglob("*.py")]
    found = {a or b for text in texts for a, b in _RECORD.findall(text)}
    told = {"state", "fault", "fault over", "restart", *KEPT_EVENTS, *NEWS}
    tried = {what for text in texts for what in _FAILURE.findall(text)}
    return found | told | {f"{what} refused" for what in tried}


def test_every_kind_of_record_is_in_words_in_every_language() -> None:
    recorded = _recorded()
    assert {"login", "login refused", "scene kept", "settings", "osc refused"} <= recorded
    for texts in catalogue().values():
        assert [what for what in sorted(recorded) if happened(what, texts) == what] == []


def test_every_detail_of_a_record_is_in_words() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "exhibit").rglob("*.py")]
    calls = [call for text in texts for call in re.findall(r"audit\.add\(([^)]*)\)", text)]
    details = {name for call in calls for name in re.findall(r"(\w+)=", call)}
    assert {"by", "on_trial"} <= details
    assert {name for name in details if f"detail.{name}" not in read_catalogue()} == set()


def test_names_are_there_for_all_that_can_change() -> None:
    """The history called them `editing.directions`."""
    keys = {setting.key for setting in settings_of(Config)}
    assert keys - set(names_in("nb")) == set()


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("reset ink.despeckle", "Settings put back"),
        ("directions", "Direction changed"),
        ("edited text", "Settings edited as text"),
        ("back to version 3", "Gone back to an earlier version (3)"),
        ("scene", "Scene"),
        ("bundle", "Who answers"),
    ],
)
def test_noted_versions_are_told_in_words(note: str, words: str) -> None:
    assert noted(note, catalogue()["en"]) == words


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        ("", "", "en"),
        ("da", "nb,en;q=0.5", "da"),
        ("xx", "nb-NO,nb;q=0.9,en;q=0.8", "nb"),
        ("", "no,en;q=0.7", "nb"),
        ("", "nn;q=0.3, da;q=0.9", "da"),
        ("", "fr-FR,fr;q=0.9", "en"),
        ("", "de;q=0.9,da;q=x,en", "en"),
        ("", ";;,=;q=", "en"),
    ],
)
def test_language_chosen_here_wins_over_what_the_browser_asks_for(
    chosen: str, accepted: str, expected: str
) -> None:
    assert choose_language(chosen, accepted) == expected


def test_texts_fill_in_values_and_list_a_section() -> None:
    texts = catalogue()["nb"]
    assert "7" in texts("config.line", line=7)
    assert texts.under("nav")["tune"] == texts("nav.tune")
    assert not texts.has("nav.nowhere")


_LITTLE = {"the", "of", "a", "an", "to", "in", "on", "is", "this", "that", "for", "and", "or", "it",
           "s", "where", "by", "with", "what"}  # fmt: skip
_STRANGE = re.compile(r"\b(psi|pSp|truncation|latent|code|codes|inference)\b", re.IGNORECASE)


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z]+", text.lower())} - _LITTLE


def test_settings_descriptions_say_more_than_their_names() -> None:
    repeating = [
        control.key
        for control in controls()
        if (entry := setting_texts().get(control.key))
        and not _words(control.description) - _words(entry["name"]["en"])
    ]
    assert repeating == []


def test_settings_that_are_tuned_use_no_word_of_the_trade() -> None:
    strange = []
    for control in controls():
        entry = setting_texts()[control.key] if control.live else {}
        texts = [control.description, *entry.get("name", {}).values(), entry.get("nb", "")]
        if control.live and any(_STRANGE.search(text) for text in texts):
            strange.append(control.key)
    assert strange == []
