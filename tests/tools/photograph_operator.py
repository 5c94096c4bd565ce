"""Photographs of the operator's pages, for the documentation.

    python -m tests.tools.photograph_operator --bundle models/bundles/lear --out docs/pictures

A table runs on the simulated camera with made-up visits, two scenes and a few changes.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import numpy as np

from exhibit.operator.state.visits import Visit, Visits
from tests.exhibit.operator.pages.running import (
    CHROMIUM,
    CHROMIUM_ARGS,
    RunningTable,
    claim,
    running_table,
)
from tests.patience import wait_until

DESK, PHONE = (1200, 800), (390, 780)
SHOTS = (
    ("now", "/", DESK, "light"),
    ("now-phone", "/", PHONE, "light"),
    ("tune", "/tune", DESK, "light"),
    ("tune-phone", "/tune#ink", PHONE, "light"),
    ("directions", "/tune#editing", DESK, "light"),
    ("config", "/config", DESK, "light"),
    ("config-yaml", "/config?view=yaml", DESK, "light"),
    ("visits", "/visits", DESK, "light"),
    ("help-phone", "/help", PHONE, "dark"),
    ("tokens", "/help#tokens-title", DESK, "light"),
)
WITH_PICTURES = ("/", "/tune", "/tune#ink", "/tune#editing")
_SETTLE_MS = 2500
_ENOUGH_INK = 0.01


@click.command()
@click.option("--bundle", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
def main(bundle: Path, out: Path) -> None:
    """Photograph every page at the sizes of a desk and a phone."""
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as museum, sync_playwright() as started:
        folder = Path(museum)
        _make_up_visits(folder / "state")
        browser = started.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        with running_table(folder, bundle.resolve()) as table:
            context = browser.new_context(ignore_https_errors=True, locale="en-GB")
            page = context.new_page()
            page.goto(f"{table.url}/", wait_until="domcontentloaded")
            _take(page, out / "operator-claim.png", DESK, "light")
            claim(page, table)
            _furnish(page, table)
            for name, path, size, scheme in SHOTS:
                page.goto("about:blank")
                page.set_viewport_size({"width": size[0], "height": size[1]})
                page.goto(table.url + path, wait_until="domcontentloaded")
                if name == "config-yaml":
                    page.fill(
                        "#text", page.input_value("#text") + "supervisor:\n  restart_budge: 30\n"
                    )
                if name == "tokens":
                    page.fill("#token-name", "workshop tablet")
                    page.select_option("#token-role", "operator")
                    page.get_by_role("button", name="Make a token").click()
                page.wait_for_timeout(_SETTLE_MS)
                # The visitor may leave while the page settles: then the next drawing is waited for.
                while path in WITH_PICTURES and not _drawn(table):
                    wait_until(lambda: _drawn(table), "a drawing on the table")
                    page.wait_for_timeout(_SETTLE_MS)
                _take(page, out / f"operator-{name}.png", size, scheme)
        browser.close()


def _drawn(table: RunningTable) -> bool:
    return bool(table.status("engine").get("coverage", 0) > _ENOUGH_INK)


def _take(page: Any, file: Path, size: tuple[int, int], scheme: str) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)
    page.screenshot(path=file)
    click.echo(f"{file} {file.stat().st_size // 1024} kB")


def _furnish(page: Any, table: RunningTable) -> None:
    def send(method: str, path: str, body: Any) -> None:
        answer = page.request.fetch(f"{table.url}/api/v1{path}", method=method, data=body)
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()}"

    send("PUT", "/scenes/Morning", {"fade_s": 2})
    send("PATCH", "/settings", {"stage": {"contrast": 1.2, "saturation": 0.4}})
    send("PUT", "/scenes/Evening", {"fade_s": 5})
    every_day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    evening = {"at": "17:00", "days": every_day, "scene": "Evening"}
    morning = {"at": "09:30", "days": every_day, "scene": "Morning"}
    send("PUT", "/schedule", {"entries": [morning, evening]})
    # The scene of this hour begins, and would take the direction's strength with it.
    page.wait_for_timeout(8000)
    directions = page.request.get(f"{table.url}/api/v1/directions").json()
    if directions:
        _, high = directions[0]["safe_range"]
        wave = {"kind": "sine", "depth": round(0.2 * high, 1), "period_s": 20}
        moved = {"strength": round(0.3 * high, 1), "modulation": wave}
        send("PUT", f"/directions/{directions[0]['name']}", moved)
    send("PATCH", "/settings", {"ink": {"settle_ms": 350}})
    send("POST", "/tokens", {"name": "front desk", "role": "operator"})
    send("POST", "/tokens", {"name": "lighting desk", "role": "viewer"})


def _make_up_visits(state_dir: Path) -> None:
    rng, today = np.random.default_rng(1), datetime.now().astimezone()
    for back in range(29, -1, -1):
        day = today - timedelta(days=back)
        if day.weekday() == 0:
            continue  # closed on Mondays
        for _ in range(int(rng.poisson(28 if day.weekday() < 5 else 60))):
            hour = float(np.clip(rng.normal(13.5, 2.2), 10, 17.9))
            at = day.replace(hour=0, minute=0, second=0) + timedelta(hours=hour)
            length_s = float(rng.gamma(3, 40)) + 10
            visits = Visits(state_dir, lambda at=at: at)
            visits.add(Visit(0.0, length_s, 0.6 * length_s, simulated=True), 0.0)


if __name__ == "__main__":
    main()
