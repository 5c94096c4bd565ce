"""The button that lets a drawing be taken home, in a real browser with a real table.

Spans the page, the API and the running table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.exhibit.operator.pages.running import (
    AA,
    CHROMIUM,
    CHROMIUM_ARGS,
    IN_CHROMIUM,
    RunningTable,
    claim,
    running_table,
)
from tests.fakes.bundle import write_bundle
from tests.fakes.cups import STOPPED, FakeCups
from tests.patience import PATIENCE_S, wait_until

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def cups(tmp_path_factory: pytest.TempPathFactory) -> FakeCups:
    return FakeCups(tmp_path_factory.mktemp("cups"))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory, cups: FakeCups) -> Iterator[RunningTable]:
    folder = tmp_path_factory.mktemp("museum")
    bundle = write_bundle(folder / "bundle")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", cups.path)
        with running_table(folder, bundle, more="takehome: {printer: shop, pause_s: 2}\n") as made:
            yield made


@pytest.fixture
def page(table: RunningTable) -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_ARGS, timeout=1000 * PATIENCE_S
        )
        context = browser.new_context(ignore_https_errors=True, locale="en-GB")
        context.set_default_timeout(1000 * PATIENCE_S)
        opened = context.new_page()
        claim(opened, table)
        yield opened
        browser.close()


def test_take_home_is_hidden_until_it_is_on_then_prints_and_says_what_is_wrong(
    page: Any, table: RunningTable, cups: FakeCups
) -> None:
    button = page.get_by_role("button", name="Take home")
    page.goto(f"{table.url}/", wait_until="domcontentloaded")
    page.locator("#freeze").wait_for()
    assert button.count() == 0
    page.goto(f"{table.url}/tune", wait_until="domcontentloaded")
    box = page.locator('.control[data-key="takehome.enabled"]')
    box.get_by_role("switch").check()
    wait_until(lambda: table.status("takehome").get("state") == "ready", "taking home is on")
    page.goto(f"{table.url}/", wait_until="domcontentloaded")
    button.wait_for()
    assert axe.Axe().run(page, options=AA).response["violations"] == []

    def printed() -> bool:
        number = table.status("takehome")["last"]["number"]
        button.click()
        wait_until(
            lambda: table.status("takehome").get("last", {}).get("number", 0) > number,
            "the order's answer",
        )
        return table.status("takehome")["last"]["code"] == "taken"

    # A visitor may have laid a fresh sheet just then, and a second order comes too soon.
    wait_until(printed, "an order while something is drawn")
    page.get_by_text("The drawing is taken home.").first.wait_for()
    wait_until(lambda: len(cups.printed()) == 1, "a printed page")
    cups.fail("lpstat", 0, STOPPED)
    told = page.locator("#reasons li", has_text="printer 'shop': stopped")
    told.wait_for()
    assert "Nothing is lost" in told.inner_text()
    assert axe.Axe().run(page, options=AA).response["violations"] == []
