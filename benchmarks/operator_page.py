"""How light and how quick the operator's page is, in a real browser on this machine.

    python -m benchmarks.operator_page --bundle lear --out operator-page.json

First contentful paint and bytes of every page with an empty cache, and the time from moving a
slider of the page Tune to the first changed live picture beside it.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

import click
import cv2

from benchmarks.telling import tell
from exhibit.contract.bundle import find_bundle
from tests.exhibit.ink.scene import Scene
from tests.exhibit.operator.pages.running import CHROMIUM, RunningTable, claim, running_table
from tests.patience import wait_until

PAGES = ("/", "/tune", "/config", "/config?view=yaml", "/visits", "/log", "/help")
_MOVES = 20
_SETTLE_MS, _PAUSE_MS = 1500, 400
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
_BYTES = """['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
  .filter((entry) => !entry.name.includes('/api/'))
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""
_ASKED = """performance.getEntriesByType('resource')
  .filter((entry) => entry.name.endsWith('/preview')).map((entry) => entry.duration)"""
# A slider is moved, and the live picture is looked at until it is half or twice as dark.
_MOVE = """async ([key, picture, value]) => {
  const img = document.querySelector(`img[data-live=${picture}]`);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 32;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const darkness = () => {
    context.drawImage(img, 0, 0, 32, 32);
    return context.getImageData(0, 0, 32, 32).data
      .reduce((sum, part, at) => at % 4 < 3 ? sum + 255 - part : sum, 0);
  };
  const slider = document.querySelector(`[data-key="${key}"] input[type=range]`);
  const before = darkness(), began = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  while (performance.now() - began < 3000) {
    const now = darkness();
    if (Math.abs(now - before) > 0.5 * Math.max(now, before)) return performance.now() - began;
    await new Promise((done) => setTimeout(done, 4));
  }
  return null;
}"""
# What is moved, the picture that shows it, and the values it goes to in turn.
_SLIDERS = {
    "tone_to_stage_ms": ("stage.brightness", "composite", (-0.4, 0.0)),
    "threshold_to_ink_ms": ("ink.threshold", "ink", (0.0, 0.5)),
}
# A sheet that lies still, with lines so faint that the threshold decides on them.
_PAPER, _FRAMES, _ENOUGH_INK = 95.0, 12, 0.01
_LINES = [(0.2, 0.1 * row, 0.8, 0.1 * row + 0.05) for row in range(2, 9)]


@click.command()
@click.option("--bundle", default="lear", show_default=True, metavar="NAME|DIR")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the result alone, as JSON.")
def main(bundle: str, out: Path | None, as_json: bool) -> None:
    """Measure every page, then how soon a moved slider is seen."""
    if CHROMIUM is None:
        raise click.ClickException("chromium is not there; on Debian: apt install chromium")
    from playwright.sync_api import sync_playwright

    folder = find_bundle(bundle).resolve()
    with tempfile.TemporaryDirectory() as museum, sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        with running_table(_made(museum, "one"), folder) as table:
            login = _claimed(browser, table)
            pages = {path: _measure(browser, login, table.url, path) for path in PAGES}
        sheet = _still_sheet(_made(museum, "sheet"))
        with running_table(_made(museum, "two"), folder, source=sheet) as table:
            moved = _moves(browser, _claimed(browser, table), table)
        browser.close()
    result = {"load_average": os.getloadavg()[0], "pages": pages, **moved}
    tell(result, out, None if as_json else 2)


def _made(above: str, name: str) -> Path:
    folder = Path(above) / name
    folder.mkdir()
    return folder


def _still_sheet(folder: Path) -> Path:
    scene = Scene(lines=_LINES, paper=_PAPER)
    for number in range(_FRAMES):
        cv2.imwrite(str(folder / f"{number:02d}.png"), scene.frame().pixels)
    return folder


def _claimed(browser: Any, table: RunningTable) -> Any:
    context = browser.new_context(ignore_https_errors=True)
    claim(context.new_page(), table)
    login = context.storage_state()
    context.close()
    return login


def _measure(browser: Any, login: Any, url: str, path: str) -> dict[str, float | None]:
    context = browser.new_context(ignore_https_errors=True, storage_state=login)
    page = context.new_page()
    page.goto(url + path, wait_until="domcontentloaded")
    page.wait_for_timeout(_SETTLE_MS)
    paint_ms, transferred = page.evaluate(_PAINT), page.evaluate(_BYTES)
    context.close()
    return {"first_paint_ms": paint_ms and round(paint_ms), "bytes": transferred}


def _moves(browser: Any, login: Any, table: RunningTable) -> dict[str, Any]:
    context = browser.new_context(ignore_https_errors=True, storage_state=login)
    page = context.new_page()
    page.goto(f"{table.url}/tune", wait_until="domcontentloaded")
    page.wait_for_timeout(3 * _SETTLE_MS)
    result: dict[str, Any] = {}
    for name, (key, picture, values) in _SLIDERS.items():
        found = []
        wait_until(lambda: _drawn(table), "the lines of the sheet")
        for number in range(_MOVES):
            page.wait_for_timeout(_PAUSE_MS)
            found.append(page.evaluate(_MOVE, [key, picture, values[number % len(values)]]))
        result[name] = _summary([ms for ms in found if ms is not None])
    result["request_p50_ms"] = round(statistics.median(page.evaluate(_ASKED)), 1)
    context.close()
    return result


def _drawn(table: RunningTable) -> bool:
    return bool(table.status("engine").get("coverage", 0) > _ENOUGH_INK)


def _summary(taken_ms: list[float]) -> dict[str, float]:
    return {
        "seen": len(taken_ms),
        "of": _MOVES,
        "p50": round(statistics.median(taken_ms), 1),
        "worst": round(max(taken_ms), 1),
    }


if __name__ == "__main__":
    main()
