"""How light and how quick the operator's page is, in a real browser on this machine.

    python -m benchmarks.operator_page --bundle models/bundles/lear --out operator-page.json

First contentful paint and bytes of every page with an empty cache, and the time from moving a
slider to the first changed picture of the stage on the same page.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

import click

from tests.operator.pages.running import CHROMIUM, claim, running_table

PAGES = ("/", "/tune", "/config", "/config?view=yaml", "/visits", "/log", "/help")
_MOVES = 20
_SETTLE_MS = 1500
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
_BYTES = """['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
  .filter((entry) => !entry.name.includes('/api/'))
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""
_ASKED = """performance.getEntriesByType('resource')
  .filter((entry) => entry.name.endsWith('/preview')).map((entry) => entry.duration)"""
# The stage's tone is moved and put back in turn; the picture is asked for its mean every frame.
_MOVE = """async (value) => {
  const img = document.querySelector('img[data-live=composite]');
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 16;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const mean = () => {
    context.drawImage(img, 0, 0, 16, 16);
    return context.getImageData(0, 0, 16, 16).data.reduce((sum, part) => sum + part, 0);
  };
  const slider = document.querySelector('[data-key="stage.brightness"] input[type=range]');
  const before = mean(), began = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  while (performance.now() - began < 5000) {
    if (Math.abs(mean() - before) > 3000) return performance.now() - began;
    await new Promise((done) => setTimeout(done, 4));
  }
  return null;
}"""


@click.command()
@click.option("--bundle", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
def main(bundle: Path, out: Path) -> None:
    """Measure every page, then how soon a moved slider is seen."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as museum, sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        with running_table(Path(museum), bundle.resolve()) as table:
            context = browser.new_context(ignore_https_errors=True)
            claim(context.new_page(), table)
            login = context.storage_state()
            context.close()
            pages = {path: _measure(browser, login, table.url, path) for path in PAGES}
            moved_ms, asked_ms = _moves(browser, login, table.url)
        browser.close()
    result = {
        "load_average": os.getloadavg()[0],
        "pages": pages,
        "slider_to_picture_ms": {
            "moves": len(moved_ms),
            "p50": round(statistics.median(moved_ms), 1),
            "worst": round(max(moved_ms), 1),
            "request_p50": round(statistics.median(asked_ms), 1),
        },
    }
    out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    click.echo(json.dumps(result, indent=2))


def _measure(browser: Any, login: Any, url: str, path: str) -> dict[str, float | None]:
    context = browser.new_context(ignore_https_errors=True, storage_state=login)
    page = context.new_page()
    page.goto(url + path, wait_until="domcontentloaded")
    page.wait_for_timeout(_SETTLE_MS)
    paint_ms, transferred = page.evaluate(_PAINT), page.evaluate(_BYTES)
    context.close()
    return {"first_paint_ms": paint_ms and round(paint_ms), "bytes": transferred}


def _moves(browser: Any, login: Any, url: str) -> tuple[list[float], list[float]]:
    context = browser.new_context(ignore_https_errors=True, storage_state=login)
    page = context.new_page()
    page.goto(f"{url}/tune", wait_until="domcontentloaded")
    page.wait_for_timeout(3 * _SETTLE_MS)
    found = []
    for number in range(_MOVES):
        found.append(page.evaluate(_MOVE, -0.4 if number % 2 == 0 else 0))
        page.wait_for_timeout(400)
    asked_ms = page.evaluate(_ASKED)
    context.close()
    return [ms for ms in found if ms is not None], asked_ms


if __name__ == "__main__":
    main()
