"""Whatever is chosen while a bundle opens, the one chosen last answers in the end."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from exhibit.contract.errors import BundleError
from exhibit.contract.settings.schema import Config, EditingConfig, ModelConfig
from exhibit.engine.opened_bundle import BundleInUse, open_bundle
from tests.fakes.bundle import add_appearance, write_bundle
from tests.fakes.clock import FakeClock
from tests.fakes.running_table import FakeBundle
from tests.patience import wait_until


class Disk:
    """Opens bundles, all but the first only when it is told to go on."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.opened: list[str] = []

    def open(self, config: Config) -> Any:
        name = config.model.bundle
        if self.opened:
            self.goes_on.wait(60)
        self.opened.append(name)
        if name == "broken":
            raise BundleError("broken: not what its card says")
        return FakeBundle(name)


def _config(bundle: str, psi: float = 1.0) -> Config:
    return Config(model=ModelConfig(bundle=bundle, psi=psi))


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def in_use(disk: Disk) -> BundleInUse:
    return BundleInUse(_config("one"), disk.open)


def _settle(in_use: BundleInUse, disk: Disk) -> str:
    disk.goes_on.set()

    def is_settled() -> bool:
        in_use.swap()
        return in_use.opening is None

    wait_until(is_settled, "nothing is being opened")
    opened: Any = in_use.opened
    return str(opened.name)


@pytest.mark.parametrize(
    ("chosen", "answers"),
    [
        (("two",), "two"),
        (("two", "one"), "one"),
        (("two", "three"), "three"),
        (("two", "three", "two"), "two"),
        (("broken",), "one"),
        (("broken", "two"), "two"),
        (("two", "broken"), "one"),
    ],
)
def test_bundle_chosen_last_answers(
    in_use: BundleInUse, disk: Disk, chosen: tuple[str, ...], answers: str
) -> None:
    for name in chosen:
        in_use.follow(_config(name))
    assert _settle(in_use, disk) == answers
    assert in_use.refused == (chosen[-1] == "broken")
    assert in_use.settled == (chosen[-1] != "broken")


def test_bundle_refused_is_not_opened_again_with_every_setting(
    in_use: BundleInUse, disk: Disk
) -> None:
    in_use.follow(_config("broken"))
    _settle(in_use, disk)
    in_use.follow(_config("broken", psi=0.5))
    assert (in_use.opening, disk.opened) == (None, ["one", "broken"])
    assert in_use.complaint.startswith("broken")
    in_use.follow(_config("one", psi=0.5))
    assert in_use.complaint == ""


def test_bundle_settings_while_another_opens_hold_for_both(in_use: BundleInUse, disk: Disk) -> None:
    in_use.follow(_config("two"))
    in_use.follow(_config("two", psi=0.25))
    opened: Any = in_use.opened
    assert opened.config.model.psi == 0.25
    _settle(in_use, disk)
    opened = in_use.opened
    assert (opened.name, opened.config.model.psi) == ("two", 0.25)


def test_bundle_that_cannot_be_opened_first_gives_way_to_the_fallback_and_is_tried_again() -> None:
    clock, there = FakeClock(), threading.Event()

    def opener(config: Config) -> Any:
        if config.model.bundle == "wanted" and not there.is_set():
            raise KeyError("a disk that is not mounted yet")
        return FakeBundle(config.model.bundle)

    config = Config(model=ModelConfig(bundle="wanted", fallback="spare"))
    in_use = BundleInUse(config, opener, clock)
    assert (in_use.opened.card.name, in_use.on_fallback) == ("spare", True)
    assert "'wanted' cannot be opened: KeyError" in in_use.complaint
    clock.advance(20)
    assert not in_use.swap()
    wait_until(lambda: not in_use.swap() and in_use.opening is None, "a second refusal")
    assert in_use.complaint
    there.set()
    clock.advance(20)
    assert not in_use.swap()  # less often than before
    assert in_use.opening is None
    clock.advance(20)
    wait_until(in_use.swap, "the bundle that was wanted")
    assert (in_use.opened.card.name, in_use.complaint) == ("wanted", "")
    assert not in_use.on_fallback


def test_bundle_without_a_fallback_is_refused(tmp_path: Path) -> None:
    config = Config(model=ModelConfig(bundle=str(tmp_path), fallback=""))
    with pytest.raises(BundleError):
        BundleInUse(config)


def _asks(folder: Path, part: str = "") -> Config:
    asked = EditingConfig.model_validate(
        {"directions": [{"name": "shaded", "strength": 1, "part": part}], "only_figure": True}
    )
    return Config(model=ModelConfig(bundle=str(folder)), editing=asked)


def test_open_bundle_gives_appearances_to_the_ink_and_keeps_the_figure(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "tiny", "feature")
    add_appearance(folder)
    opened = open_bundle(_asks(folder))
    assert opened.configure(_asks(folder)) == ""
    assert opened.figure is not None
    assert "no part 'hat'" in opened.configure(_asks(folder, "hat"))


def test_open_bundle_without_a_map_says_that_it_cannot_leave_anything_out(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "plain", "w_plus", name="plain")
    opened = open_bundle(_asks(folder))
    said = opened.configure(_asks(folder))
    assert "editing.only_figure: bundle 'plain' has no feature map; left out" in said
