"""What lies on the table holds, what is taken away eases back, and nothing of it is ever saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from exhibit.contract.board import CommandInbox
from exhibit.contract.errors import InputError
from exhibit.contract.laid_tokens import LaidToken, LaidTokenWriter
from exhibit.contract.settings.published import read_published
from exhibit.contract.taking_home import PROCESS, who_asks
from exhibit.operator.state.scenes import Scene, SceneBook
from exhibit.operator.token_effects import TokenEffects, lying
from exhibit.operator.token_layer import share_of
from tests.fakes.running_table import RunningTable

EVENING = Scene(name="Evening", settings={"stage": {"contrast": 2.0}}, fade_s=2)
CARDS = (
    {"id": 1, "does": "scene", "name": "Evening"},
    {"id": 2, "does": "bundle", "name": "two"},
    {"id": 3, "does": "label"},
    {"id": 4, "does": "direction", "name": "bolder", "low": -2, "high": 2},
    {"id": 5, "does": "psi", "low": 0.2, "high": 1.0},
    {"id": 6, "does": "follow"},
    {"id": 7, "does": "scene", "name": "Nowhere"},
    {"id": 8, "does": "direction", "name": "sideways"},
    {"id": 9, "does": "bundle", "name": "none"},
    {"id": 10, "does": "label", "name": "off"},
    {"id": 11, "does": "takehome"},
)


@dataclass
class Table:
    """A running table whose settings bind tokens, and a hand that lays them."""

    folder: Path
    running: RunningTable = field(init=False)

    def __post_init__(self) -> None:
        self.running = RunningTable(self.folder)
        self.desk = self.running.desk
        self.desk.scenes.write(SceneBook(scenes=(EVENING,)))
        # Some of them were right once: a bundle or a direction may go.
        cards = {"tokens": {"enabled": True, "cards": list(CARDS)}}
        self.desk.settings.adopt(cards, "kim", "tokens")
        self.effects = TokenEffects(self.desk, self.running.clock)
        self._writer = LaidTokenWriter(self.running.run_dir, self.running.clock)

    def lay(self, *tokens: tuple[int, float]) -> None:
        """Let these tokens lie, and no others: number and angle, in this order."""
        laid = [LaidToken(n, angle, 0.5, 0.5, float(at)) for at, (n, angle) in enumerate(tokens)]
        self._writer.publish(1, 1.0, laid)
        self.effects.step()

    def wait(self, seconds: float) -> None:
        """Let time pass, step by step."""
        for _ in range(round(seconds / 0.05)):
            self.running.clock.advance(0.05)
            self.effects.step()

    @property
    def now(self) -> Any:
        """The settings in force, as every process reads them."""
        return read_published(self.running.run_dir).config


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


def test_token_laid_sets_at_once_and_taken_away_leaves_what_was_set(table: Table) -> None:
    table.desk.settings.change({"visit": {"label": False}, "model": {"psi": 0.9}}, "kim")
    saved = dict(table.desk.settings.saved)
    table.lay((3, 0.0), (5, 135.0))
    assert (table.now.visit.label, table.now.model.psi) == (True, 1.0)
    table.lay()
    table.wait(1.0)
    assert (table.now.visit.label, table.now.model.psi) == (False, 0.9)
    assert table.desk.settings.saved == saved


def test_token_of_taking_home_asks_once_each_time_it_is_laid_down(table: Table) -> None:
    inbox = CommandInbox(table.running.run_dir, PROCESS)
    for angle in (0.0, 30.0, 60.0):
        table.lay((11, angle), (3, angle))
    assert [who_asks(command) for command in inbox.drain()] == ["token 11"]
    table.lay((3, 0.0))
    table.lay((11, 0.0))
    assert [who_asks(command) for command in inbox.drain()] == ["token 11"]
    inbox.close()


def test_token_turned_moves_from_its_low_to_its_high_end(table: Table) -> None:
    found = []
    for angle in (-135.0, 0.0, 67.5, 135.0):
        table.lay((4, angle))
        found.append(table.now.editing.directions[0].strength)
    assert found == [-2.0, 0.0, 1.0, 2.0]


def test_token_turned_past_an_end_stays_there() -> None:
    assert share_of(170.0, 0.9) == 1.0
    assert share_of(-170.0, 0.9) == 1.0
    assert share_of(-170.0, -0.4) == -1.0
    assert share_of(-60.0, 0.9) == pytest.approx(-60 / 135)
    assert share_of(180.0, 0.0) == 1.0


def test_token_of_a_direction_leaves_the_others_as_they_are_set_meanwhile(table: Table) -> None:
    table.lay((4, 135.0))
    table.desk.settings.change({"editing": {"directions": [{"name": "one", "strength": 1}]}}, "kim")
    table.effects.step()
    strengths = {d.name: d.strength for d in table.now.editing.directions}
    assert strengths == {"one": 1.0, "bolder": 2.0}
    table.lay()
    assert [d.name for d in table.now.editing.directions] == ["one"]


def test_token_of_a_scene_fades_in_and_fades_back(table: Table) -> None:
    table.lay((1, 0.0))
    first = table.now.stage.contrast
    table.wait(1.0)
    half = table.now.stage.contrast
    assert table.now.stage.crossfade_ms == 2000
    table.wait(1.5)
    assert 1.0 < first < 1.2 < half < 1.8 < table.now.stage.contrast == 2.0
    table.lay()
    table.wait(1.0)
    assert 1.2 < table.now.stage.contrast < 1.8
    table.wait(1.5)
    assert (table.now.stage.contrast, table.now.stage.crossfade_ms) == (1.0, 250)


def test_token_of_a_gain_that_nothing_else_eases_is_eased(table: Table) -> None:
    table.lay((6, -135.0))
    assert 0.5 < table.now.model.follow < 1.0
    table.wait(1.0)
    assert table.now.model.follow == 0.0
    table.lay()
    assert 0.0 < table.now.model.follow < 0.5
    table.wait(1.0)
    assert table.now.model.follow == 1.0


def test_token_of_a_bundle_is_answered_by_it_and_bars_another_choice(table: Table) -> None:
    table.lay((2, 0.0))
    assert table.now.model.bundle == "two"
    with pytest.raises(InputError, match="token on the table chooses the bundle"):
        table.desk.bundles.begin("three", "kim")
    table.lay()
    assert table.now.model.bundle == "one"


def test_token_of_a_bundle_waits_for_one_that_is_being_opened(table: Table) -> None:
    table.running.look()
    table.desk.bundles.begin("three", "kim")
    table.lay((2, 0.0))
    assert table.now.model.bundle == "three"
    table.running.disk.set()
    table.running.fall_silent()
    table.effects.step()
    assert table.now.model.bundle == "two"
    assert table.desk.settings.saved["model"]["bundle"] == "three"


def test_token_laid_down_last_wins(table: Table) -> None:
    table.lay((3, 0.0), (10, 0.0))
    assert not table.now.visit.label
    table.lay((10, 0.0), (3, 0.0))
    assert table.now.visit.label


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (7, "token 7: there is no scene 'Nowhere'; there are Evening"),
        (8, "token 8: the bundle has no direction 'sideways'; it has bolder, one"),
        (9, "token 9: "),
    ],
)
def test_token_that_cannot_do_what_it_should_says_so_and_changes_nothing(
    table: Table, number: int, expected: str
) -> None:
    before = table.now
    table.lay((number, 0.0))
    table.wait(0.5)
    assert table.now == before
    (fault,) = table.effects.faults
    assert fault.startswith(expected)
    assert [r["text"] for r in table.desk.events.newest(9, "token refused")] == [fault]
    table.lay()
    assert table.effects.faults == ()


def test_token_bound_to_nothing_does_nothing(table: Table) -> None:
    before = table.now
    table.lay((42, 0.0))
    assert table.now == before
    assert table.effects.faults == ()


def test_token_does_nothing_in_safe_mode_nor_where_tokens_are_off(table: Table) -> None:
    table.lay((3, 0.0))
    table.desk.settings.set_safe_mode("on")
    table.effects.step()
    assert not table.now.visit.label
    table.desk.settings.set_safe_mode("off")
    table.effects.step()
    assert table.now.visit.label
    table.desk.settings.change({"tokens": {"enabled": False}}, "kim")
    table.effects.step()
    assert not table.now.visit.label


def test_token_that_lies_there_when_the_page_starts_again_still_holds(table: Table) -> None:
    table.lay((3, 0.0))
    table.running.start_page()
    TokenEffects(table.running.desk, table.running.clock).step()
    assert table.now.visit.label


def test_lying_says_what_each_token_does(table: Table) -> None:
    told = {"angle_deg": 12.0, "x": 0.5, "y": 0.25, "laid_at": 3.0}
    tokens = lying(table.desk, {"tokens": [{"number": 1, **told}, {"number": 42, **told}]})
    assert [(t["number"], t["does"], t["name"]) for t in tokens] == [
        (1, "scene", "Evening"),
        (42, None, ""),
    ]
