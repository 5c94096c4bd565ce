"""What an operator does, in a real browser with a real table on the simulated camera.

The simulated visitor draws with a faint felt pen on worn paper, so that the threshold matters.

Spans the page, the API and the running table.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from exhibit.contract.settings.published import read_published
from exhibit.contract.slot import Slot
from tests.exhibit.operator.pages.running import (
    AA,
    CHROMIUM,
    CHROMIUM_ARGS,
    IN_CHROMIUM,
    PASSWORD,
    RunningTable,
    claim,
    running_table,
)
from tests.fakes.bundle import write_bundle
from tests.patience import PATIENCE_S, wait_until

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = IN_CHROMIUM
FELT_SEED = 108  # its first three sheets are drawn on with the felt pen
PAGES = ("/", "/first", "/tune", "/config", "/config?view=yaml", "/config?view=file",
         "/config?view=history", "/visits", "/log", "/help")  # fmt: skip
DESK, PHONE, NARROW = (1280, 860), (390, 844), (320, 640)
# How many dark pixels a live picture has, as the reader sees it.
DARK = """(name) => {
  const img = document.querySelector(`img[data-live=${name}]`);
  if (!img.naturalWidth) return -1;
  const canvas = document.createElement("canvas");
  canvas.width = img.naturalWidth; canvas.height = img.naturalHeight;
  const context = canvas.getContext("2d");
  context.drawImage(img, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  let dark = 0;
  for (let at = 0; at < pixels.length; at += 4) dark += pixels[at] < 128;
  return dark;
}"""

# What an operator does after a backup was made.
CHANGED = """async () => {
  const head = { "Content-Type": "application/json" };
  const send = (method, path, body) =>
    fetch(`/api/v1/${path}`, { method, headers: head, body: JSON.stringify(body) });
  await send("PATCH", "settings", { ink: { threshold: 0.31 } });
  await send("PUT", "scenes/Dusk", {});
}"""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTable]:
    folder = tmp_path_factory.mktemp("museum")
    bundle = write_bundle(folder / "bundle")
    with running_table(folder, bundle, FELT_SEED, "worn") as running:
        yield running


@pytest.fixture(scope="module")
def browser(table: RunningTable) -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_ARGS, timeout=1000 * PATIENCE_S
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def context(browser: Any, table: RunningTable) -> Iterator[Any]:
    """A browser that has claimed the table; it may fetch from nowhere else and log no error."""
    width, height = DESK
    made = browser.new_context(
        ignore_https_errors=True, viewport={"width": width, "height": height}, locale="en-GB"
    )
    made.set_default_timeout(1000 * PATIENCE_S)
    complaints: list[str] = []
    made.on("request", lambda r: _note_foreign(r.url, table.url, complaints))
    made.on("weberror", lambda e: complaints.append(str(e.error)))
    made.on("console", lambda m: complaints.append(m.text) if "Policy" in m.text else None)
    page = made.new_page()
    claim(page, table)
    page.close()
    yield made
    made.close()
    assert complaints == []


def _note_foreign(url: str, ours: str, complaints: list[str]) -> None:
    if not url.startswith(ours):
        complaints.append(f"request to {url}")


@pytest.fixture
def open_page(context: Any, table: RunningTable) -> Iterator[Callable[..., Any]]:
    pages = []

    def open_one(path: str, size: tuple[int, int] = DESK) -> Any:
        page = context.new_page()
        pages.append(page)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(table.url + path, wait_until="domcontentloaded")
        return page

    yield open_one
    for page in pages:
        page.close()


def _settings(page: Any) -> Any:
    return page.request.get(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2]
                            + "/api/v1/settings").json()["effective"]  # fmt: skip


def _bundles(page: Any, table: RunningTable) -> Any:
    return page.request.get(f"{table.url}/api/v1/bundles").json()


def _control(page: Any, key: str) -> Any:
    return page.locator(f'.control[data-key="{key}"]')


def test_now_shows_four_live_pictures_and_the_state_in_one_word(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("/")
    for name in ("camera", "ink", "picture", "composite"):
        wait_until(lambda n=name: page.evaluate(DARK, n) >= 0, f"the live picture {name}")
    wait_until(lambda: page.inner_text("#word") in ("Showing", "Idle"), "the state in one word")
    wait_until(lambda: page.inner_text("#plot-fps output") != "–", "the first fps")
    assert page.locator("[data-hung]").inner_text().strip(" ·") == (
        "mirrored, as the projector needs it"
    )
    assert page.get_attribute("#plot-fps .line", "d")


def test_first_steps_of_a_new_table_say_how_they_stand(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("/first", PHONE)
    drawing = page.locator('[data-step="drawing"]')
    wait_until(lambda: drawing.get_attribute("data-ok") == "true", "the visitor's line")
    assert "The line is found" in drawing.inner_text()
    camera = page.locator('[data-step="camera"]')
    assert "a simulated visitor draws" in camera.inner_text()
    assert camera.locator('.control[data-key="camera.source"] input').input_value() == "simulated"
    assert (
        "calibrate camera, calibrate table, calibrate projector"
        in page.locator('[data-step="calibration"]').inner_text()
    )
    wait_until(lambda: page.evaluate(DARK, "camera") >= 0, "the camera's picture")


def test_now_freeze_holds_the_stage_and_lets_go(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    page = open_page("/")
    page.get_by_role("button", name="Freeze").click()
    wait_until(lambda: table.status("stage").get("state") == "frozen", "a frozen stage")
    wait_until(lambda: "froze" in page.inner_text("#reasons"), "what to do about it")
    page.get_by_role("button", name="Freeze").click()
    wait_until(lambda: table.status("stage").get("state") != "frozen", "a stage let go")


def test_now_restart_engine_asks_first_and_starts_another(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    page, before = open_page("/"), table.pid("engine")
    page.get_by_role("button", name="Restart engine").click()
    page.locator("#sure-no").click()
    page.get_by_role("button", name="Restart engine").click()
    page.locator("#sure-yes").click()
    wait_until(
        lambda: (
            table.pid("engine") not in (None, before) and table.status("engine").get("pictures")
        ),
        "another engine with pictures",
    )


def test_tune_threshold_changes_the_ink_beside_it_and_undo_takes_it_back(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("/tune")
    slider = _control(page, "ink.threshold").locator("input[type=range]")
    wait_until(lambda: page.evaluate(DARK, "ink") > 20, "lines of the felt pen")
    slider.focus()
    page.keyboard.press("Home")
    wait_until(lambda: page.evaluate(DARK, "ink") <= 5, "no ink at threshold 0")
    assert _settings(page)["ink"]["threshold"] == 0
    page.get_by_role("button", name="Undo").last.click()
    wait_until(lambda: page.evaluate(DARK, "ink") > 20, "the lines again")
    assert _settings(page)["ink"]["threshold"] == 0.5
    assert _control(page, "ink.threshold").get_attribute("data-source") == "file"


def test_tune_twenty_keys_are_one_change_and_undo_goes_back_step_by_step(
    open_page: Callable[..., Any],
) -> None:
    """A save wrote its value into the slider in use, and undo took the last of twenty back."""
    page = open_page("/tune")
    slider = _control(page, "ink.despeckle").locator("input[type=range]")
    begin = float(slider.input_value())
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    moved = begin + 20 * float(slider.get_attribute("step"))
    assert float(slider.input_value()) == pytest.approx(moved)
    wait_until(lambda: _settings(page)["ink"]["despeckle"] == pytest.approx(moved), "the save")
    number = _control(page, "stage.saturation").locator("input[type=number]")
    number.fill("0.4")
    number.press("Tab")
    undo = page.locator("#undo")
    wait_until(lambda: undo.inner_text() == "Undo: Tint strength (2)", "two steps to go back")
    undo.click()
    wait_until(lambda: _settings(page)["stage"]["saturation"] == 0.0, "the last change back")
    wait_until(lambda: undo.inner_text() == "Undo: Smallest speck (1)", "one step to go back")
    slider.focus()
    page.keyboard.press("Control+z")
    wait_until(lambda: _settings(page)["ink"]["despeckle"] == begin, "the change before it back")
    undo.wait_for(state="hidden")
    page.keyboard.press("Control+z")
    assert _settings(page)["ink"]["despeckle"] == begin


def test_tune_direction_changed_a_little_is_told_in_numbers_that_differ(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("/tune")
    field = page.locator('[data-direction="rounder"] .control-body input[type=number]')
    for strength in ("1.29", "1.31"):
        field.fill(strength)
        field.press("Tab")
        page.locator(".toast", has_text=f"→ {strength}").wait_for()
    assert "rounder: 1.29 → 1.31" in page.locator(".toast").last.inner_text()
    end = page.locator('[data-direction="rounder"] input[type=range]')
    end.focus()
    page.keyboard.press("End")
    wait_until(lambda: field.input_value() == "3", "the end of the slider")
    assert page.locator('[data-direction="rounder"] .unsafe').is_hidden()
    page.locator('[data-direction="rounder"] [data-zero]').click()
    wait_until(lambda: field.input_value() == "0", "the direction at rest")


def test_tune_change_is_on_its_way_until_every_process_has_taken_it(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    page = open_page("/tune")
    tag = _control(page, "stage.saturation").locator(".arriving")
    number = _control(page, "stage.saturation").locator("input[type=number]")
    stage = table.pid("stage")
    assert stage is not None
    # It hangs: the supervisor kills it, and the next one starts with the newest settings.
    os.kill(stage, signal.SIGSTOP)
    number.fill("0.5")
    number.press("Tab")
    tag.wait_for(state="visible")
    assert tag.inner_text() == "on its way to the table"
    tag.wait_for(state="hidden")
    assert table.pid("stage") != stage
    saved = read_published(table.run_dir)
    assert saved.config.stage.saturation == 0.5
    assert table.status("stage")["generation"] == saved.generation
    _control(page, "stage.saturation").locator(".reset").click()
    wait_until(lambda: _settings(page)["stage"]["saturation"] == 0.0, "the value before")


def test_tune_direction_moves_the_picture(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    page = open_page("/tune")
    direction = page.locator('[data-direction="darker"]')
    before = Slot.attach(table.run_dir / "picture.slot").peek()
    direction.locator(".control-body input[type=number]").fill("4")
    page.keyboard.press("Tab")
    wait_until(
        # Nothing is bent while a fresh sheet is empty.
        lambda: table.status("engine").get("strengths", {}).get("darker", 0) > 2.9,
        "the end of the safe range, 3, in the engine",
    )
    after = Slot.attach(table.run_dir / "picture.slot").peek()
    assert direction.locator(".unsafe").is_visible()
    assert before is not None
    assert after is not None
    assert (before.pixels != after.pixels).any()
    direction.locator("[data-zero]").click()
    wait_until(lambda: not direction.locator(".unsafe").is_visible(), "the safe range")


def test_tune_sound_without_its_loudspeaker_is_told_on_the_page_until_it_is_off(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    page = open_page("/tune")
    device = _control(page, "sound.device").locator("input")
    device.fill("no such loudspeaker")
    device.press("Tab")
    switch = _control(page, "sound.enabled").get_by_role("switch")
    switch.check()
    page.goto(table.url + "/", wait_until="domcontentloaded")
    told = page.locator("#reasons li", has_text="no sound: ")
    told.wait_for()
    assert "power and cable" in told.inner_text()
    assert page.locator("#listening").is_hidden()
    assert axe.Axe().run(page, options=AA).response["violations"] == []
    page.goto(table.url + "/tune", wait_until="domcontentloaded")
    for key in ("sound.enabled", "sound.device"):
        _control(page, key).locator(".reset").click()
    wait_until(lambda: table.pid("sound") is None, "the end of the sound's process")
    wait_until(lambda: _settings(page)["sound"]["device"] == "", "the device of the file")


def test_tune_label_is_turned_on_for_the_stage_and_off_again(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    page = open_page("/tune")
    _control(page, "visit.label").get_by_role("switch").check()
    wait_until(lambda: read_published(table.run_dir).config.visit.label, "the label to be on")
    generation = read_published(table.run_dir).generation
    wait_until(lambda: table.status("stage").get("generation", 0) >= generation, "the stage's word")
    assert axe.Axe().run(page, options=AA).response["violations"] == []
    _control(page, "visit.label").locator(".reset").click()
    wait_until(lambda: not read_published(table.run_dir).config.visit.label, "the label to be off")


def test_tune_tokens_are_looked_for_as_long_as_they_are_on(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    page = open_page("/tune#tokens")
    _control(page, "tokens.enabled").get_by_role("switch").check()
    wait_until(lambda: "tokens" in table.status("engine").get("stages_ms", {}), "a look for tokens")
    assert axe.Axe().run(page, options=AA).response["violations"] == []
    _control(page, "tokens.enabled").locator(".reset").click()
    wait_until(lambda: not _settings(page)["tokens"]["enabled"], "tokens to be off")


def test_tune_answer_that_is_late_does_not_show_what_no_longer_holds(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    """A scene was switched to meanwhile, and the slider went back to what was saved before it."""
    page = open_page("/tune")
    held: list[tuple[Any, Any]] = []
    page.route("**/api/v1/settings", lambda route: held.append((route, route.fetch())))
    number = _control(page, "stage.contrast").locator("input[type=number]")
    number.fill("1.6")
    number.press("Tab")
    wait_until(lambda: (page.wait_for_timeout(50), held)[1], "the answer, which is held back")
    page.request.patch(f"{table.url}/api/v1/settings", data={"stage": {"contrast": 1.2}})
    wait_until(lambda: number.input_value() == "1.2", "what somebody else has made of it")
    held[0][0].fulfill(response=held[0][1])
    page.locator(".toast", has_text="Contrast").wait_for()
    assert number.input_value() == "1.2"
    page.request.post(f"{table.url}/api/v1/settings/reset", data={"keys": ["stage.contrast"]})


def test_tune_direction_follows_what_somebody_else_makes_of_it(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    page = open_page("/tune")
    field = page.locator('[data-direction="rounder"] .control-body input[type=number]')
    page.request.put(f"{table.url}/api/v1/directions/rounder", data={"strength": 1.5})
    wait_until(lambda: field.input_value() == "1.5", "the strength")
    page.request.put(f"{table.url}/api/v1/directions/rounder", data={"strength": 0})
    wait_until(lambda: field.input_value() == "0", "the direction at rest")


def test_tune_scene_is_kept_and_switched_to(open_page: Callable[..., Any]) -> None:
    page = open_page("/tune")
    page.fill("#scene-name", "Evening")
    page.fill("#scene-fade", "0")
    page.get_by_role("button", name="Keep as a scene").click()
    scene = page.locator('[data-scene="Evening"]')
    scene.wait_for()
    page.wait_for_load_state("domcontentloaded")
    number = _control(page, "stage.contrast").locator("input[type=number]")
    number.fill("1.6")
    number.press("Tab")
    wait_until(lambda: _settings(page)["stage"]["contrast"] == 1.6, "the contrast")
    scene.click()
    wait_until(lambda: _settings(page)["stage"]["contrast"] == 1.0, "the scene")
    page.locator('[data-scene="Evening"][aria-pressed="true"]').wait_for()
    wait_until(lambda: float(number.input_value()) == 1.0, "the number on the page")


def test_tune_scene_is_not_replaced_or_removed_without_a_question(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("/tune")
    page.fill("#scene-name", "Noon")
    page.fill("#scene-fade", "3")
    page.get_by_role("button", name="Keep as a scene").click()
    page.locator('[data-scene="Noon"]').wait_for()
    page.wait_for_load_state("domcontentloaded")
    asked: list[str] = []

    def say_no(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", say_no)
    page.fill("#scene-name", "Noon")
    page.get_by_role("button", name="Keep as a scene").click()
    wait_until(lambda: len(asked) == 1, "the question")
    page.get_by_text("Schedule and tidying").click()
    page.locator('[data-scene-delete="Noon"]').click()
    wait_until(lambda: len(asked) == 2, "the second question")
    assert all("Noon" in question for question in asked)
    assert _fades(page)["Noon"] == 3.0
    page.remove_listener("dialog", say_no)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator('[data-scene-delete="Noon"]').click()
    wait_until(lambda: "Noon" not in _fades(page), "no scene")


def _fades(page: Any) -> dict[str, float]:
    found = page.request.get(f"{page.url.removesuffix('/tune')}/api/v1/scenes").json()
    return {scene["name"]: scene["fade_s"] for scene in found["scenes"]}


def test_tune_schedule_of_two_pages_is_not_replaced_without_a_word(
    open_page: Callable[..., Any],
) -> None:
    pages = [open_page("/tune"), open_page("/tune")]
    for page, at in zip(pages, ("09:30", "17:30"), strict=True):
        page.evaluate("document.getElementById('schedule').closest('details').open = true")
        page.locator("#entry-add").click()
        page.locator("#schedule .entry [name=at]").fill(at)
    first, second = pages
    for page, told in (
        (first, "saved"),
        (second, "somebody else has changed it"),
        (first, "saved"),
    ):
        page.locator("#schedule button.strong").click()
        page.locator(".toast").last.filter(has_text=told).wait_for()
    first.locator("[data-entry-remove]").click()
    first.locator("#schedule button.strong").click()
    scenes = f"{first.url.removesuffix('/tune')}/api/v1/scenes"
    wait_until(lambda: first.request.get(scenes).json()["schedule"] == [], "no schedule")


def test_config_yaml_mistake_is_shown_with_its_line_before_saving(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("/config?view=yaml")
    line = 3
    page.fill("#text", "# tried\nink:\n  despeckle: 70\n")
    problem = page.locator(".mistakes li")
    problem.wait_for()
    assert f"Line {line}" in problem.inner_text()
    assert "ink.despeckle" in problem.inner_text()
    assert page.locator("#lines .wrong").inner_text().strip() == str(line)
    assert page.locator("#save").is_disabled()
    page.fill("#text", "# tried\nink:\n  despeckle: 2.5\n")
    wait_until(lambda: page.locator("#save").is_enabled(), "nothing wrong with it")
    page.locator("#save").click()
    wait_until(lambda: _settings(page)["ink"]["despeckle"] == 2.5, "the saved text")


def test_config_history_goes_back_with_one_click(open_page: Callable[..., Any]) -> None:
    page = open_page("/config?view=history")
    page.locator("[data-restore]").first.click()
    wait_until(lambda: _settings(page)["ink"]["despeckle"] == 1.0, "the version before")


def test_config_risky_change_is_on_trial_until_kept_or_taken_back(
    open_page: Callable[..., Any],
) -> None:
    page = open_page("/tune")
    turn = _control(page, "stage.rotate").locator("select")
    turn.select_option("180")
    page.locator("#trial").wait_for()
    assert page.inner_text("#trial-text").startswith("On trial: Turn. ")
    assert _settings(page)["stage"]["rotate"] == 180
    page.get_by_role("button", name="Go back now").click()
    wait_until(lambda: _settings(page)["stage"]["rotate"] == 0, "the way it was")


@pytest.mark.parametrize("size", [PHONE, NARROW])
def test_pages_fit_a_phone_without_sideways_scrolling(
    open_page: Callable[..., Any], size: tuple[int, int]
) -> None:
    page = open_page("/", size)
    for path in PAGES:
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path,
                  wait_until="domcontentloaded")  # fmt: skip
        beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert beyond <= 0, path
        bar = page.locator("nav.pages").bounding_box()
        assert bar["y"] + bar["height"] >= size[1] - 2, f"{path}: pages within the thumb's reach"


def test_pages_two_windows_side_by_side_both_work(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    one, other = open_page("/"), open_page("/tune")
    number = _control(other, "stage.saturation").locator("input[type=number]")
    number.fill("0.3")
    number.press("Tab")
    wait_until(lambda: _settings(other)["stage"]["saturation"] == 0.3, "the saturation")
    for page, name in ((one, "camera"), (one, "picture"), (other, "composite")):
        wait_until(lambda p=page, n=name: p.evaluate(DARK, n) >= 0, f"picture {name}")
    one.evaluate("dispatchEvent(new Event('focus'))")
    wait_until(lambda: _streams(one) == 4 and _streams(other) == 0, "streams for the first")
    _control(other, "stage.saturation").locator(".reset").click()
    wait_until(lambda: _settings(one)["ink"]["despeckle"] == 1.0, "the file's value")
    one.request.patch(f"{table.url}/api/v1/settings", data={"stage": {"saturation": 0.6}})
    other.evaluate("document.activeElement.blur(); dispatchEvent(new Event('focus'))")
    wait_until(lambda: number.input_value() == "0.6", "what changed while it rested")
    one.request.patch(f"{table.url}/api/v1/settings", data={"stage": {"saturation": 0.0}})


def _streams(page: Any) -> int:
    return int(page.evaluate("document.querySelectorAll('img[data-live][src*=mjpeg]').length"))


def test_pages_by_keyboard_alone(open_page: Callable[..., Any]) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Tune"
    page.keyboard.press("Enter")
    page.wait_for_url("**/tune", wait_until="domcontentloaded")
    field = _control(page, "stage.crossfade_ms").locator("input[type=range]")
    field.focus()
    before = float(field.input_value())
    page.keyboard.press("ArrowRight")
    wait_until(lambda: _settings(page)["stage"]["crossfade_ms"] > before, "a longer cross-fade")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_axe_finds_no_violation_of_aa(
    open_page: Callable[..., Any], scheme: str, table: RunningTable
) -> None:
    page = open_page("/")
    page.emulate_media(color_scheme=scheme)
    found = {}
    for path in PAGES:
        page.goto(table.url + path, wait_until="domcontentloaded")
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        violations = axe.Axe().run(page, options=AA).response["violations"]
        if violations:
            found[path] = [(v["id"], [n["html"][:160] for n in v["nodes"]][:4]) for v in violations]
    assert found == {}


def test_help_token_is_made_shown_once_and_taken_back(
    open_page: Callable[..., Any], browser: Any, table: RunningTable
) -> None:
    page = open_page("/help")
    page.fill("#token-name", "front desk")
    page.select_option("#token-role", "viewer")
    page.get_by_role("button", name="Make a token").click()
    page.locator("#token-made").wait_for()
    secret = page.inner_text("#token-secret")
    assert axe.Axe().run(page, options=AA).response["violations"] == []
    colleague = browser.new_context(
        ignore_https_errors=True, extra_http_headers={"Authorization": f"Bearer {secret}"}
    )
    state = f"{table.url}/api/v1/state"
    assert colleague.request.get(state).status == 200
    assert colleague.request.post(f"{table.url}/api/v1/freeze", data={"on": True}).status == 403
    page.reload(wait_until="domcontentloaded")
    assert secret not in page.content()
    page.get_by_role("button", name="Take back the token of front desk").click()
    assert axe.Axe().run(page, options=AA).response["violations"] == []
    page.locator("#revoke-yes").click()
    wait_until(lambda: colleague.request.get(state).status == 401, "a token without use")
    page.locator("#no-tokens").wait_for()
    colleague.close()


def test_bundle_is_uploaded_and_taken_away_and_the_table_is_one_file(
    open_page: Callable[..., Any], table: RunningTable, tmp_path: Path
) -> None:
    folder = write_bundle(tmp_path / "visitor", name="visitor")
    file = shutil.make_archive(str(tmp_path / "visitor-bundle"), "zip", folder)
    page = open_page("/tune", PHONE)
    page.set_input_files("#bundle-file", file)
    page.get_by_role("button", name="Upload").click()
    gone = page.get_by_role("button", name="Take away the bundle visitor")
    gone.wait_for()
    assert axe.Axe().run(page, options=AA).response["violations"] == []
    gone.click()
    gone.wait_for(state="detached")
    page.wait_for_load_state("load")
    page.set_input_files("#bundle-file", __file__)
    page.get_by_role("button", name="Upload").click()
    wait_until(lambda: "no ZIP archive" in page.inner_text("#upload-problem"), "the refusal")
    page.goto(table.url + "/help", wait_until="domcontentloaded")
    with page.expect_download() as started:
        page.get_by_role("link", name="Without the bundle").click()
    backup = tmp_path / "table.zip"
    started.value.save_as(backup)
    page.set_input_files("#restore-file", backup)
    would = page.get_by_role("button", name="Show what would change")
    would.click()
    wait_until(lambda: page.inner_text("#restore-changes") == "Nothing would change.", "no change")
    page.evaluate(CHANGED)
    would.click()
    lines = page.locator("#restore-changes li")
    wait_until(lambda: "Scene “Dusk”: gone" in lines.all_inner_texts(), "what would change")
    assert lines.first.inner_text().startswith("Ink threshold: 0.31 → ")
    assert axe.Axe().run(page, options=AA).response["violations"] == []
    page.get_by_role("button", name="Restore").click()
    wait_until(lambda: "Restored" in page.inner_text("#restore-problem"), "the table as it was")
    assert axe.Axe().run(page, options=AA).response["violations"] == []


def test_tune_installed_bundle_is_used_from_the_list(
    open_page: Callable[..., Any], table: RunningTable
) -> None:
    page = open_page("/tune")
    use = page.locator("[data-bundle]")
    if not use.count():
        pytest.skip("no other bundle is installed")
    name = use.first.get_attribute("data-bundle")
    use.first.click()
    wait_until(lambda: "Loading" in page.inner_text("#bundle-status"), "what is loaded")
    wait_until(lambda: _bundles(page, table)["in_use"] == name, "the other bundle in use")
    wait_until(lambda: page.locator("#bundles .tag").count() == 1, "the list anew")


def test_logout_ends_the_login_and_login_begins_one(browser: Any, table: RunningTable) -> None:
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"{table.url}/visits", wait_until="domcontentloaded")
    assert page.url == f"{table.url}/login"
    assert axe.Axe().run(page, options=AA).response["violations"] == []
    page.fill("#password", "not the password of this table")
    page.keyboard.press("Enter")
    wait_until(lambda: page.inner_text("#problem") == "wrong password", "the refusal")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{table.url}/", wait_until="domcontentloaded")
    page.locator("#logout").click()
    page.wait_for_url("**/login", wait_until="domcontentloaded")
    assert page.request.get(f"{table.url}/api/v1/state").status == 401
    context.close()
