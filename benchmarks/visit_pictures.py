"""Pictures of every state of the stage, for `docs/visit.md`: `python -m benchmarks.visit_pictures`.

The stage's own code shows them, by a clock that is moved, with an answer of the shipped bundle to
the drawing of a simulated visitor.
"""

from __future__ import annotations

import time
from pathlib import Path

import click
import cv2
import numpy as np

from exhibit.camera.simulated import SimulatedTable
from exhibit.contract.calibration import Calibration
from exhibit.contract.records import Origin
from exhibit.contract.settings.schema import Config, InkConfig, StageConfig, VisitConfig
from exhibit.contract.slot import Published
from exhibit.contract.values import Gray
from exhibit.engine.loop import Engine, Pipeline
from exhibit.engine.opened_bundle import open_bundle
from exhibit.engine.process import blank_paper
from exhibit.ink import make_extractor
from exhibit.stage.attract import Attract
from exhibit.stage.label import Labels
from exhibit.stage.mode import Mode
from exhibit.stage.notice import Notice
from exhibit.stage.opened import Sheet
from exhibit.stage.placement import place
from exhibit.stage.show import Show
from exhibit.stage.software import Software
from exhibit.stage.turn import TURN_S

_SIZE, _TILE, _TITLE_PX, _EDGE = (960, 640), (288, 192), 18, 224
_STAGE = StageConfig(width=_SIZE[0], height=_SIZE[1], mirror=False)
_VISIT = VisitConfig(languages=("en", "nb", "da"), fade_s=3.0)
_REFRESH_S = 1 / 30
_DRAWN_S, _FPS = 20.0, 10.0
_PREPARES_S = 0.5
"""A turn of the attract loop is prepared in a thread, which knows nothing of this clock."""


class Course:
    """A stage that goes from state to state, and keeps pictures of them.

    Args:
        bundle: whose drawings the attract loop draws.
    """

    def __init__(self, bundle: str) -> None:
        placement = place(*_SIZE, _STAGE, Calibration())
        self._software = Software(Sheet(_SIZE), placement, _STAGE)
        self._show = Show(
            self._software, _STAGE, Calibration(), Attract(bundle, _VISIT, seed=4), _VISIT.fade_s
        )
        self._now = 0.0
        self.tiles: list[Gray] = []

    def play(self, mode: Mode, seconds: float, sent: Published | None = None) -> None:
        """Show a state for some time."""
        for _ in range(round(seconds / _REFRESH_S)):
            self._show.update(self._now, mode, sent)
            self._show.compose(self._now)
            self._now += _REFRESH_S
        time.sleep(_PREPARES_S)

    def label(self, label: Gray | None) -> None:
        """Hang a label beside the answer, or take it away."""
        self._show.label(label, self._now)

    def keep(self, title: str, notice: tuple[str, ...] = ()) -> None:
        """Keep what is shown now, under a title."""
        light = self._software.light.copy()
        strip = Notice(_SIZE)
        strip.set(list(notice), _STAGE)
        strip.draw(light)
        small = cv2.resize(light[..., 0], _TILE, interpolation=cv2.INTER_AREA)
        tile = np.full((_TILE[1] + _TITLE_PX + 2, _TILE[0] + 2), _EDGE, np.uint8)
        tile[1 : 1 + _TILE[1], 1:-1] = small
        at = (4, _TILE[1] + 14)
        cv2.putText(tile, title, at, (40,) * 3, cv2.FontFace("sans"), 11)
        self.tiles.append(tile)


def answer() -> tuple[Gray, Gray | None]:
    """Return the shipped bundle's answer to a simulated visitor, and its label."""
    config, ink = Config(), InkConfig()
    bundle = open_bundle(config)
    card, models = bundle.card, bundle.models
    extractor = make_extractor(ink, card.ink_size, card.stroke_width_px, None, True, None)
    pipeline = Pipeline(
        extractor,
        models.encoder,
        bundle.editor,
        models.generator,
        blank_paper(card),
        bundle.recaller,
    )
    engine, shown = Engine(pipeline, "settled"), blank_paper(card)
    table = SimulatedTable(fps=_FPS)
    for frame in table.frames(round(_DRAWN_S * _FPS)):
        _, picture = engine.step(frame)
        shown = shown if picture is None else picture.pixels
    labels = Labels()
    reader = labels.load(config.model.bundle)
    if reader is not None:
        reader.join()
    drawing = max(engine.finds, key=lambda find: find.scale * find.score, default=None)
    if drawing is None or bundle.memory is None:
        return shown, None
    return shown, labels.draw(Origin(drawing.drawing + 1, len(bundle.memory)))


def visit(picture: Gray, label: Gray | None) -> list[Gray]:
    """Return a tile of every state of the stage."""
    sent = Published(1, 1, 1.0, 1.0, picture)
    course = Course(Config().model.bundle)
    course.play(Mode.ATTRACT, 0.2)
    for seconds, title in (
        (0.12 * TURN_S, "attract: a drawing begins"),
        (0.3 * TURN_S, "the invitation comes with it"),
        (0.4 * TURN_S, "both stay a while"),
        (0.95 * TURN_S, "the next turn: other places"),
    ):
        course.play(Mode.ATTRACT, seconds)
        course.keep(title)
    course.play(Mode.CLEAN, 0.1)
    course.keep("clean, after 0.1 s")
    course.play(Mode.CLEAN, 1.0)
    course.keep("clean")
    course.play(Mode.PICTURE, 1.0, sent)
    course.keep("picture")
    course.label(label)
    course.play(Mode.PICTURE, 1.0, sent)
    course.keep("picture with its label")
    course.play(Mode.LINGERING, 1.0, sent)
    course.keep("lingering: the sheet is gone")
    course.play(Mode.ATTRACT, 0.5 * _VISIT.fade_s)
    course.keep("and fades")
    course.play(Mode.ATTRACT, 0.5 * _VISIT.fade_s + 2.5)
    course.keep("attract again")
    course.label(None)
    course.play(Mode.PICTURE, 1.0, sent)
    course.play(Mode.FROZEN, 1.0, sent)
    course.keep("frozen: whatever is drawn meanwhile")
    course.play(Mode.BLANK, 0.1, sent)
    course.keep("blank, after 0.1 s")
    course.play(Mode.BLANK, 1.0, sent)
    course.keep("blank")
    course.play(Mode.PICTURE, 1.0, sent)
    course.keep("a notice to who sets up", ("Claim this table: https://table:8443", "kmnpq-rstuv"))
    return course.tiles


@click.command()
@click.option(
    "-o",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("docs/pictures/visit-states.png"),
)
def main(file: Path) -> None:
    """Draw every state of the stage."""
    tiles = visit(*answer())
    rows = [np.hstack(tiles[first : first + 5]) for first in range(0, len(tiles), 5)]
    cv2.imwrite(str(file), np.vstack(rows))


if __name__ == "__main__":
    main()
