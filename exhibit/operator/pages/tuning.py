"""What the forms of "Tune" and "Config" show of every setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from exhibit.contract.settings.layers import flat
from exhibit.contract.yaml_text import read_own_yaml
from exhibit.operator.desk import Desk
from exhibit.operator.pages.form import Control, controls
from exhibit.operator.pages.texts import Texts, catalogue

_NAMES = Path(__file__).parent / "settings.yaml"
_SOURCES = {"config.yaml": "file", "command line": "command_line"}


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """One setting as a form shows it.

    `value` holds now, `file` is what config.yaml or the default says; `source` is `file`,
    `overrides`, `trial`, `command_line`, `preview` or `token`.
    """

    control: Control
    name: str
    description: str
    description_language: str
    range: str
    value: Any
    file: Any
    file_text: str
    source: str


@cache
def setting_texts() -> dict[str, dict[str, Any]]:
    """Return names and translated descriptions of settings by dotted key."""
    found: dict[str, dict[str, Any]] = read_own_yaml(_NAMES)
    return found


@cache
def names_in(language: str) -> dict[str, str]:
    """Return what settings are called in a language, by dotted key."""
    t = catalogue()[language]
    own_widget = {"editing.directions": t("section.editing"), "tokens.cards": t("section.tokens")}
    return own_widget | {
        key: str(entry["name"][language]) for key, entry in setting_texts().items()
    }


def settings_by_section(desk: Desk, t: Texts) -> dict[str, list[Setting]]:
    """Return every setting as a form shows it, by section in the order of the schema."""
    values, sources = desk.settings.values(), desk.settings.layers.sources()
    file = dict(flat(desk.settings.layers.file.model_dump(mode="json")))
    sections: dict[str, list[Setting]] = {}
    for control in controls():
        source = sources.get(control.key, "config.yaml")
        setting = _setting(control, t, values[control.key], file[control.key], source)
        sections.setdefault(control.section or "root", []).append(setting)
    return sections


def live_only(sections: Mapping[str, list[Setting]]) -> dict[str, list[Setting]]:
    """Return the settings that change while the table runs; sections without any are left out.

    What turns a section on comes first, then what is moved while looking at the picture, and what
    is chosen once comes last.
    """
    kept = {
        name: sorted(
            (setting for setting in settings if setting.control.live),
            key=lambda setting: (
                not setting.control.key.endswith(".enabled"),
                setting.control.kind != "slider",
            ),
        )
        for name, settings in sections.items()
    }
    return {name: settings for name, settings in kept.items() if settings}


def _setting(control: Control, t: Texts, value: Any, file: Any, source: str) -> Setting:
    entry = setting_texts().get(control.key, {})
    translated = entry.get(t.language)
    bounded = control.low is not None and control.high is not None
    return Setting(
        control=control,
        name=entry.get("name", {}).get(t.language, control.key),
        description=translated or control.description,
        description_language=t.language if translated else "en",
        range=f"{control.low:g} – {control.high:g} {control.unit}".strip() if bounded else "",
        value=value,
        file=file,
        file_text=_shown(file, control.unit, t),
        source=_SOURCES.get(source, source),
    )


def _shown(value: Any, unit: str, t: Texts) -> str:
    if isinstance(value, bool):
        return t("site.on") if value else t("site.off")
    if value in (None, "", []):
        return t("site.empty")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return f"{value:g} {unit}".strip() if isinstance(value, (int, float)) else str(value)
