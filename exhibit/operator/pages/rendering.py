"""From a template to a page: texts, who looks, and what every page shows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from exhibit.operator.access.roles import Role
from exhibit.operator.api.live import describe
from exhibit.operator.api.permission import desk_of, person_of
from exhibit.operator.pages.form import controls
from exhibit.operator.pages.texts import LANGUAGES, Texts, catalogue, choose_language
from exhibit.operator.pages.tuning import names_in, setting_texts
from exhibit.operator.pages.wording import happened, noted, plain, slider_of

PAGES = {
    "now": "/",
    "tune": "/tune",
    "config": "/config",
    "visits": "/visits",
    "log": "/log",
    "help": "/help",
}
LANGUAGE_COOKIE = "language"
_HERE = Path(__file__).parent
# What the script shared by all pages says.
_SCRIPT_TEXTS = ("site", "state", "advice", "source")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    filters = {
        "prose": _prose,
        "plain": plain,
        "happened": happened,
        "noted": noted,
        "slider_of": slider_of,
        "named": _named,
    }
    environment.filters.update(filters)
    return environment


def _named(key: str, names: Mapping[str, str]) -> str:
    return names.get(key, key)


def _prose(text: str) -> Markup:
    """Return a description with what stands in backticks as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if position % 2 else part
        for position, part in enumerate(parts)
    )


def warm_up() -> None:
    """Read texts and compile templates, so that the first reader does not wait for it."""
    catalogue()
    setting_texts()
    controls()
    for name in _environment().list_templates():
        _environment().get_template(name)


def texts_of(request: Request) -> Texts:
    """Return the texts in the language that the reader chose or that the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    accepted = request.headers.get("accept-language", "")
    return catalogue()[choose_language(chosen, accepted)]


def render(
    request: Request, page: str, script: tuple[str, ...] = (), **values: Any
) -> HTMLResponse:
    """Return a page.

    Args:
        request: who asks, and in which language.
        page: name of the template, without `.html`.
        script: further sections of the catalogue that the page's script needs.
        values: what the template shows.
    """
    person, t = person_of(request), texts_of(request)
    sections = (*_SCRIPT_TEXTS, *script) if person.role > Role.ANYONE else ("site",)
    names = names_in(t.language) if person.role > Role.ANYONE else {}
    html = (
        _environment()
        .get_template(f"{page}.html")
        .render(
            page=page,
            pages=PAGES,
            t=t,
            languages=LANGUAGES,
            who=person.who,
            may_operate=person.role >= Role.OPERATOR,
            may_admin=person.role >= Role.ADMIN,
            state=describe(desk_of(request)) if person.role > Role.ANYONE else {},
            fingerprint=desk_of(request).fingerprint,
            names=names,
            script_texts={"names": names, **{section: t.under(section) for section in sections}},
            **values,
        )
    )
    return HTMLResponse(html)


@lru_cache(maxsize=64)
def static_file(name: str) -> tuple[bytes, str, str] | None:
    """Return content, media type and entity tag of one of the page's own files, or None."""
    kinds = {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json",
    }
    path = _HERE / "static" / name
    if path.parent != _HERE / "static" or path.suffix not in kinds or not path.is_file():
        return None
    content = path.read_bytes()
    return content, kinds[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:16]}"'
