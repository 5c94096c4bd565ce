"""A person's twenty minutes with a new table, driven in a browser and photographed.

    python -m tests.tools.photograph_calibration --out docs/pictures

A real table runs; its camera is a folder with one picture, which somebody at a made-up rig replaces
by what they do: they hold up the board, lay it down, lay down blank paper and the disc.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np

from calibration.made import made_now
from calibration.rig import STAGE_PX, TABLE_MM, make_rig
from calibration.rig.helper import Helper
from exhibit.contract.calibration import (
    Calibration,
    CameraFormat,
    LensCalibration,
    load_calibration,
    save_calibration,
)
from exhibit.contract.calibration.maps import camera_view, projector_view
from exhibit.contract.calibration_guide import NAME
from exhibit.contract.settings.camera import CameraConfig
from tests.exhibit.operator.pages.running import (
    CHROMIUM,
    CHROMIUM_ARGS,
    RunningTable,
    claim,
    running_table,
)
from tests.fakes.bundle import write_bundle
from tests.patience import PATIENCE_S, wait_until

DESK, PHONE = (1200, 800), (390, 780)
STEPS = ("camera", "table", "light", "dark", "projector", "pens", "check")
CARDS = ("camera", "table", "light", "projector", "pens")
"""Steps with a card that says whether they were measured."""
_RIG, _STAGE_PX = replace(make_rig(10), mirrored=True), (640, 400)
_EVERY_S, _PATIENT_S = 0.15, 3600.0
_PRESS = "document.querySelector('#guide [data-do=accept]:not([disabled])')?.click()"
_POINTS_MM = np.array([[x, y] for x in (40.0, 210.0, 380.0) for y in (40.0, 150.0, 257.0)])


@click.command()
@click.option("--lens-known", is_flag=True, help="Only look at the lens, which takes longest.")
@click.option("--out", type=click.Path(path_type=Path), required=True)
def main(out: Path, lens_known: bool) -> None:
    """Calibrate a made-up table from its page, on a phone, and photograph every step."""
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as museum, sync_playwright() as started:
        folder = Path(museum)
        browser = started.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        with rig_table(folder, write_bundle(folder / "bundle")) as table:
            context = browser.new_context(ignore_https_errors=True, locale="en-GB")
            context.set_default_timeout(1000 * PATIENCE_S)
            page = context.new_page()
            claim(page, table)
            began = time.monotonic()
            if lens_known:
                save_calibration(folder / "calibration.yaml", Calibration(lens=_lens(folder)))

            def photograph(name: str) -> None:
                _take(page, out / f"calibrate-{name}.png")

            calibrate_by_page(page, table, photograph, lens_known)
            click.echo(f"{time.monotonic() - began:.0f} s for all steps")
        mean_mm, largest_mm = light_off_ink(folder / "calibration.yaml")
        click.echo(f"light misses ink by {mean_mm:.2f} mm, at most {largest_mm:.2f} mm")
        browser.close()


@contextmanager
def rig_table(folder: Path, bundle: Path) -> Iterator[RunningTable]:
    """Run a table whose camera sees a made-up rig, and somebody who helps there."""
    frames = folder / "camera"
    frames.mkdir()
    helper = Helper(_RIG, 3, _STAGE_PX)
    _write(frames / "now.png", helper.frame(None))
    more = f"calibration: {folder / 'calibration.yaml'}\n"
    with running_table(folder, bundle, source=frames, more=more) as table:
        ended = threading.Event()
        helping = threading.Thread(target=_help, args=(table, helper, frames / "now.png", ended))
        helping.start()
        try:
            yield table
        finally:
            ended.set()
            helping.join()


def _lens(folder: Path) -> LensCalibration:
    """Return the lens of the rig, as `calibrate camera` would find it."""
    matrix, none = _RIG.lens.matrix, (0.0, 0.0)
    return LensCalibration(
        made=made_now(),
        seen_by=CameraFormat(
            name=str((folder / "camera").resolve()),
            fourcc=CameraConfig().fourcc,
            size_px=_RIG.size_px,
        ),
        mirrored=_RIG.mirrored,
        focal_px=(matrix[0, 0], matrix[1, 1]),
        centre_px=(matrix[0, 2], matrix[1, 2]),
        distortion=_RIG.lens.distortion,
        focal_uncertainty_px=none,
        centre_uncertainty_px=none,
        distortion_uncertainty=(*none, *none, 0.0),
        error_px=0.0,
        views=15,
        views_dropped=0,
    )


def calibrate_by_page(
    page: Any, table: RunningTable, photograph: Callable[[str], None], lens_known: bool
) -> None:
    """Press what a person presses, on a phone."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(f"{table.url}/calibrate", wait_until="domcontentloaded")
    page.locator("[data-begin=camera]").wait_for()
    page.wait_for_timeout(1500)
    photograph("begin")
    for step in STEPS:
        page.locator(f"[data-begin={step}]").first.click()
        page.locator("#guide:not([hidden])").wait_for()
        if step == "camera":
            wait_until(lambda: table.status(NAME).get("values", {}).get("views", 0) > 2, "views")
            page.wait_for_timeout(1000)
            photograph(step)
        if step == "camera" and lens_known:
            page.locator("#guide [data-do=leave]").click()
            page.locator("#guide").wait_for(state="hidden")
            continue
        accept = page.locator("#guide [data-do=accept]:not([disabled])")
        accept.wait_for(timeout=1000 * _PATIENT_S)
        if step != "camera":
            page.wait_for_timeout(1000)
            photograph(step)
        accept.click()
        while step == "projector" and table.status(NAME).get("step") == "projector":
            page.evaluate(_PRESS)
            page.wait_for_timeout(500)
        wait_until(partial(_is_saved, table, step), f"{step} measured")
        if step in CARDS:
            page.locator(f"[data-step={step}][data-ok=true]").wait_for()
        page.locator("#saved:not([hidden])").wait_for()
        page.wait_for_timeout(600)
    photograph("done")
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(600)
    photograph("desk")
    page.get_by_role("button", name="Finish").click()


def _is_saved(table: RunningTable, step: str) -> bool:
    guide = table.status(NAME)
    assert not guide.get("error"), f"{step}: {guide['error']}"
    return bool(guide.get("saved", [])[-1:] == [step])


def light_off_ink(file: Path) -> tuple[float, float]:
    """Return the mean and the largest distance in mm between ink and its light, by what is true."""
    known = load_calibration(file)
    view, projector = camera_view(known), known.projector
    assert view is not None
    assert projector is not None
    stage = projector_view(projector, TABLE_MM).to_stage(view.to_table(_RIG.see_table(_POINTS_MM)))
    # The stage of this table is smaller than the rig's: it lights the same table.
    light = _RIG.land(stage * np.divide(STAGE_PX, _STAGE_PX))
    off = np.linalg.norm(light - _POINTS_MM, axis=1)
    return float(off.mean()), float(off.max())


def _help(table: RunningTable, helper: Helper, file: Path, ended: threading.Event) -> None:
    while not ended.wait(_EVERY_S):
        guide = table.status(NAME) or None
        _write(file, helper.frame(guide))


def _write(file: Path, frame: np.ndarray) -> None:
    draft = file.with_suffix(".part")
    draft.write_bytes(cv2.imencode(".png", frame)[1].tobytes())
    draft.replace(file)


def _take(page: Any, file: Path) -> None:
    page.screenshot(path=file)
    click.echo(f"{file} {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
