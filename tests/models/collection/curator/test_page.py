"""The curator's page in a real browser: keep, drop and re-crop by mouse and keyboard."""

import shutil
import threading

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("playwright")

import uvicorn
from playwright.sync_api import sync_playwright

from models.collection.curation import read_csv
from models.collection.curator.app import make_app
from models.collection.curator.curation_desk import Desk
from models.local_page import listen
from tests.models.collection.boxes_of_scans import prepared
from tests.patience import PATIENCE_S

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt install chromium)"),
]


@pytest.fixture
def target(tmp_path):
    return prepared(tmp_path)


@pytest.fixture
def address(target):
    listener = listen(0)
    server = uvicorn.Server(uvicorn.Config(make_app(Desk(target)), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join(PATIENCE_S)
    listener.close()


@pytest.fixture
def page(address):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(1000 * PATIENCE_S)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else 0)
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((address, "data:")) else problems.append(request.url)
            ),
        )
        page.goto(address)
        page.wait_for_selector("article")
        yield page
        browser.close()
        assert problems == []


def written(target, item):
    return next(row for row in read_csv(target / "curation.csv") if row.item == item)


def say(page, text):
    page.wait_for_function(
        "text => document.querySelector('#status').textContent.includes(text)", arg=text
    )


def test_curator_keeps_and_drops_by_mouse_and_by_key(page, target) -> None:
    face = page.locator("[data-item=both_1] .picture")
    face.click()
    say(page, "both_1: set aside")
    assert not written(target, "both_1").kept
    page.keyboard.press("k")
    say(page, "both_1: kept")
    assert written(target, "both_1").kept
    page.keyboard.press("ArrowRight")
    page.keyboard.press("d")
    say(page, "both_2: set aside")
    assert not written(target, "both_2").kept


def test_curator_crops_by_mouse(page, target) -> None:
    page.locator("[data-item=both_1] .recrop").click()
    page.wait_for_selector("dialog[open]")
    sheet = page.locator("#sheet").bounding_box()
    scale = sheet["width"] / 400
    page.mouse.move(sheet["x"] + 300 * scale, sheet["y"] + 280 * scale)
    page.mouse.down()
    page.mouse.move(sheet["x"] + 220 * scale, sheet["y"] + 60 * scale, steps=5)
    page.mouse.up()
    page.locator("#save").click()
    say(page, "both_1")
    row = written(target, "both_1")
    corners = [row.left, row.top, row.right, row.bottom]
    assert corners == pytest.approx([220, 60, 300, 280], abs=2)


def test_curator_sees_the_page_in_its_own_proportions(page) -> None:
    page.set_viewport_size({"width": 500, "height": 900})
    page.locator("[data-item=both_1] .recrop").click()
    page.wait_for_selector("dialog[open]")
    for size in ({"width": 500, "height": 900}, {"width": 1600, "height": 500}):
        page.set_viewport_size(size)
        sheet = page.locator("#sheet").bounding_box()
        assert sheet["width"] / sheet["height"] == pytest.approx(400 / 300, rel=0.02)
        assert sheet["width"] < size["width"]
        assert sheet["height"] < size["height"]


def test_curator_crops_by_keyboard_and_cancels(page, target) -> None:
    before = written(target, "both_1")
    page.locator("[data-item=both_1] .picture").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert written(target, "both_1").box == before.box
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    say(page, "both_1")
    after = written(target, "both_1")
    assert (after.left, after.right) == (before.left + 2, before.right + 2)
    assert (after.top, after.bottom) == (before.top, before.bottom + 2)


def test_curator_drops_a_page_and_takes_it_back(page, target) -> None:
    before = read_csv(target / "curation.csv")
    page.locator("[data-item=both_1] .whole").click()
    say(page, "2 set aside")
    assert not written(target, "both_1").kept and not written(target, "both_2").kept
    page.locator("#undo").click()
    say(page, "Undone: both_1, both_2")
    assert read_csv(target / "curation.csv") == before


def test_curator_sets_all_that_is_shown_aside_and_takes_it_back(page, target) -> None:
    before = read_csv(target / "curation.csv")
    page.locator("input[value=keep]").check()
    page.locator("#drop-shown").click()
    say(page, "Undo takes all of it back")
    assert not any(row.kept for row in read_csv(target / "curation.csv"))
    page.locator("#undo").click()
    say(page, "Undone")
    assert read_csv(target / "curation.csv") == before


def chosen(page):
    return page.locator("article.chosen").evaluate_all("all => all.map(one => one.dataset.item)")


def test_curator_chooses_freely_and_in_ranges_and_takes_one_step_back(page, target) -> None:
    before = read_csv(target / "curation.csv")
    shown = [row.item for row in before if row.page_image]
    page.locator(f"[data-item={shown[0]}] .picture").click(modifiers=["Control"])
    page.locator(f"[data-item={shown[2]}] .picture").click(modifiers=["Shift"])
    assert chosen(page) == shown[:3]
    page.locator(f"[data-item={shown[1]}] .choose").click()
    assert chosen(page) == [shown[0], shown[2]]
    assert page.locator("#count-chosen").inner_text() == "2 chosen"
    page.locator("#drop-chosen").click()
    say(page, "Undo takes all of it back")
    assert chosen(page) == [] and page.locator("#choice").is_hidden()
    after = {row.item: row.kept for row in read_csv(target / "curation.csv")}
    kept = {row.item: row.kept for row in before}
    assert after == kept | {shown[0]: False, shown[2]: False}
    page.locator("#undo").click()
    say(page, "Undone")
    assert read_csv(target / "curation.csv") == before


def test_curator_chooses_by_keyboard_and_decides_with_one_key(page, target) -> None:
    before = read_csv(target / "curation.csv")
    shown = [row.item for row in before if row.page_image]
    page.locator(f"[data-item={shown[0]}] .picture").focus()
    page.keyboard.press("Shift+ArrowRight")
    assert chosen(page) == shown[:2]
    page.keyboard.press("Escape")
    assert chosen(page) == []
    page.keyboard.press("s")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("d")
    say(page, "Undo takes all of it back")
    assert not any(written(target, item).kept for item in shown[:2])


def test_curator_does_not_decide_about_what_is_no_longer_shown(page, target) -> None:
    rows = [row for row in read_csv(target / "curation.csv") if row.page_image]
    kept = next(row.item for row in rows if row.kept)
    aside = next(row.item for row in rows if row.reason.startswith("duplicate"))
    for item in (kept, aside):
        page.locator(f"[data-item={item}] .choose").click()
    page.locator("input[value=drop]").check()
    assert chosen(page) == [aside]
    page.locator("#keep-chosen").click()
    say(page, "1 kept")
    assert written(target, aside).kept
