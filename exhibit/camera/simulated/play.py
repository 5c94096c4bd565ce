"""The time line of one visit: hands that bring a sheet, draw on it and take it away."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from exhibit.camera.simulated.conditions import Conditions
from exhibit.camera.simulated.filling import filled_in, is_closed_shape
from exhibit.camera.simulated.lines import PenStroke, Rub
from exhibit.camera.simulated.pens import PENS, Pen
from exhibit.camera.simulated.sketches import Sketch, load_sketches
from exhibit.camera.simulated.tracks import TrackBuilder
from exhibit.camera.simulated.visit import Cover, Floats64, Hand, Laid, Lift, place

_AWAY_MM = (150.0, 330.0)
_FEW_STROKES = 4
_TURNS_TO_S = 0.5
"""A pause before and after a shape is filled in."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """What one visitor does with a pen, in the order of time; seconds are the drawing's own.

    Without `pens` the hand only goes through the motions.
    """

    strokes: tuple[PenStroke, ...]
    elbow_mm: tuple[float, float]


def _lay_out(
    rng: np.random.Generator, sketch: Sketch, size_mm: float, middle_mm: Floats64, turn: float
) -> tuple[Floats64, ...]:
    """Scale, turn and move a sketch onto the sheet."""
    pose = np.array([*middle_mm, turn + rng.normal(0, 0.05)])
    pace = rng.uniform(0.75, 0.95)
    return tuple(
        np.column_stack([place((s[:, :2] - 0.5) * size_mm, pose), s[:, 2] * pace])
        for s in sketch.strokes
    )


def _with(pens: tuple[Pen, ...], ways: tuple[Floats64, ...]) -> tuple[PenStroke, ...]:
    """Return strokes drawn with the pens in turns."""
    return tuple(
        PenStroke(way, pens[number % len(pens)] if pens else None)
        for number, way in enumerate(ways)
    )


def drawings_of(
    rng: np.random.Generator, conditions: Conditions, seed: int, index: int
) -> list[Drawing]:
    sketches = load_sketches()
    # Every sketch has its turn before one comes again.
    order = np.random.default_rng(seed).permutation(len(sketches))
    pens = [_pens_of(rng, conditions) for _ in range(2)]
    side = float(rng.choice([-1, 1], p=[0.15, 0.85]))
    first = sketches[order[index % len(sketches)]]
    elbow = (side * rng.uniform(110, 170), 390.0)
    if conditions.visitors < 2:
        middle = rng.uniform([-45, -12], [45, 12])
        strokes = _lay_out(rng, first, rng.uniform(135, 170), middle, 0.0)
        return [Drawing(_with(pens[0], strokes), elbow)]
    second = sketches[order[(index + 5) % len(sketches)]]
    left = _lay_out(rng, first, rng.uniform(115, 130), rng.uniform([-78, -8], [-70, 8]), 0.0)
    right = _lay_out(rng, second, rng.uniform(105, 120), rng.uniform([72, -8], [80, 8]), np.pi)
    return [
        Drawing(_with(pens[0], left), elbow),
        Drawing(_with(pens[1], right), (-elbow[0], -390.0)),
    ]


def with_filling(drawing: Drawing, rng: np.random.Generator, most: int) -> Drawing:
    """Return a drawing of which up to so many shapes are made black, each once it is closed."""
    shapes = [n for n, stroke in enumerate(drawing.strokes) if is_closed_shape(stroke.way)]
    chosen = set(rng.permutation(shapes)[: int(rng.integers(1, most + 1))])
    strokes: list[PenStroke] = []
    late_s = 0.0
    for number, stroke in enumerate(drawing.strokes):
        way, pen = stroke.way + np.array([0.0, 0.0, late_s]), stroke.pen
        strokes.append(PenStroke(way, pen))
        if number in chosen and pen is not None:
            filling = filled_in(way[:, :2], pen.width_mm, rng.uniform(-1.2, 1.2))
            begins_s = float(way[-1, 2]) + _TURNS_TO_S
            strokes += [PenStroke(w + np.array([0, 0, begins_s]), pen, True) for w in filling]
            late_s += 2 * _TURNS_TO_S + (float(filling[-1][-1, 2]) if filling else 0.0)
    return Drawing(tuple(strokes), drawing.elbow_mm)


def _pens_of(rng: np.random.Generator, conditions: Conditions) -> tuple[Pen, ...]:
    """Return the pens that one visitor takes in turns."""
    names = conditions.pens
    if not names:
        return ()
    first = names.index(str(rng.choice(names)))
    return tuple(PENS[name] for name in (names[first:] + names[:first])[: conditions.pens_each])


def short_drawing(rng: np.random.Generator, conditions: Conditions) -> Drawing:
    """Return a few strokes, for a second sheet."""
    sketches = load_sketches()
    sketch = sketches[int(rng.integers(len(sketches)))]
    strokes = _lay_out(rng, sketch, rng.uniform(110, 140), rng.uniform([-30, -12], [30, 12]), 0.0)
    pens = _pens_of(rng, conditions)
    return Drawing(_with(pens, strokes[:_FEW_STROKES]), (rng.uniform(110, 170), 390.0))


class Play:
    """Builds the time line of one visit."""

    def __init__(self, rng: np.random.Generator, conditions: Conditions, starts_at: float) -> None:
        self.rng = rng
        self.conditions = conditions
        self.side = float(rng.choice([-1, 1]))
        arrives = starts_at + float(rng.uniform(1.2, 2.2))
        self.sheet = TrackBuilder(arrives, self.side * 40, 310.0, self.side * 0.2, 1.0)
        self.helper = TrackBuilder(arrives, self.side * 90, 380.0, 0.0)
        self.strokes: list[PenStroke] = []
        self.hands: list[Hand] = []
        self.rubs: list[Rub] = []
        self.lifts: list[Lift] = []
        self.cover: Cover | None = None
        self.tokens: list[Laid] = []

    def pose(self) -> Floats64:
        """Where the sheet is after the last key."""
        return np.array(self.sheet.build().values[-1])

    def drag(self, until_s: float, pose: Floats64, grip_mm: tuple[float, float]) -> None:
        """The helping hand takes the sheet along."""
        self.carry(self.sheet, until_s, pose, grip_mm)

    def carry(
        self, what: TrackBuilder, until_s: float, pose: Floats64, grip_mm: tuple[float, float]
    ) -> None:
        """The helping hand takes along what it holds by a point of it."""
        start_s = what.now_s
        self.helper.hold(start_s)
        old = what.build()
        what.ease(until_s, *map(float, pose))
        moved = what.build()
        grip = np.array([grip_mm])
        self.helper.key(start_s + 1e-3, *place(grip, old.at(start_s))[0], 0.0)
        for t in np.linspace(start_s, until_s, 13)[1:]:
            self.helper.key(float(t), *map(float, place(grip, moved.at(float(t)))[0]), 0.0)

    def arrive(self) -> None:
        """A sheet is slid onto the table and let go."""
        rest = np.array([*self.rng.uniform([-6, -8], [6, 8]), self.rng.normal(0, 0.04), 1.0])
        self.drag(self.sheet.now_s + float(self.rng.uniform(0.9, 1.4)), rest, (90 * self.side, 70))
        self.let_go()

    def let_go(self) -> None:
        """The helping hand leaves the sheet and goes away."""
        self.helper.hold(self.helper.now_s + 0.25)
        self.helper.ease(self.helper.now_s + 0.5, self.side * 150, 330.0, 1.0)

    def shift(self, start_s: float) -> float:
        """The sheet is pushed a little; returns when the hand has gone."""
        self.sheet.hold(start_s)
        self.helper.hold(start_s - 0.6)
        grip = (80.0 * self.side, 60.0)
        self.helper.ease(start_s, *map(float, place(np.array([grip]), self.pose())[0]), 0.0)
        turn = self.rng.normal(0, [6, 5, 0.06, 0])
        self.drag(start_s + 0.7, self.pose() + turn, grip)
        self.let_go()
        return self.helper.now_s

    def draw(self, drawing: Drawing, start_s: float) -> float:
        """A hand comes, follows the strokes and goes; returns when it is away."""
        rng = self.rng
        away = (drawing.elbow_mm[0] * 0.9, drawing.elbow_mm[1] * 0.82, 1.0)
        hand = TrackBuilder(start_s, *away)
        strokes = [stroke.way for stroke in drawing.strokes]
        outlines = [n for n, stroke in enumerate(drawing.strokes) if not stroke.fills][1:]
        breaks = set(rng.choice(outlines, min(2, len(outlines)), replace=False))
        # Two who draw at once leave the sheet where it is.
        moves = self.conditions.moves if self.conditions.visitors == 1 else 0
        shifts = sorted(breaks)[:moves]
        shift_s = start_s + 0.7 - strokes[0][0, 2]
        for number, stroke in enumerate(strokes):
            if number in breaks:
                hand.hold(hand.now_s + 0.15)
                hand.ease(hand.now_s + 0.5, *away)
                gone = hand.now_s
                back = self.shift(gone + 0.2) if number in shifts else gone + rng.uniform(0.6, 1.6)
                hand.hold(back)
                shift_s = back + 0.6 - stroke[0, 2]
            pose = self.sheet.build().at(shift_s + stroke[0, 2])
            points = place(stroke[:, :2], pose)
            begins = shift_s + stroke[0, 2]
            if begins - hand.now_s > 0.4:
                hand.ease(begins - 0.05, *map(float, points[0]), 0.35)
            elif begins - hand.now_s > 0.1:
                middle = 0.5 * (points[0] + np.array(hand.build().values[-1][:2]))
                hand.key(0.5 * (begins + hand.now_s), *map(float, middle), 0.3)
            for point, t in zip(points, stroke[:, 2], strict=True):
                hand.key(shift_s + float(t), *map(float, point), 0.0)
            timed = np.column_stack([stroke[:, :2], stroke[:, 2] + shift_s])
            self.strokes.append(replace(drawing.strokes[number], way=timed))
        hand.hold(hand.now_s + 0.2)
        hand.ease(hand.now_s + 0.6, *away)
        self.hands.append(Hand("pen", hand.build(), drawing.elbow_mm, 1.0))
        return hand.now_s

    def rest_palm(self, between: tuple[float, float]) -> None:
        """A child puts a palm on the sheet and takes it away, `conditions.palms` times."""
        elbow = (-self.side * 320.0, float(self.rng.uniform(60, 200)))
        away = (elbow[0], elbow[1] * 0.8, 1.0)
        hand = TrackBuilder(between[0], *away)
        room = (between[1] - between[0]) / max(1, self.conditions.palms)
        for number in range(self.conditions.palms):
            down = between[0] + room * (number + float(self.rng.uniform(0.1, 0.4)))
            spot = self.rng.uniform([-100, -60], [100, 60])
            hand.hold(down)
            hand.ease(down + 0.5, *map(float, spot), 0.0)
            hand.hold(hand.now_s + float(self.rng.uniform(0.8, 2.0)))
            hand.ease(hand.now_s + 0.5, *away)
        self.hands.append(Hand("palm", hand.build(), elbow, 0.62))

    def turn_over(self, start_s: float) -> float:
        """The sheet is taken away and comes back other side up; returns when the hand has gone."""
        back = self.pose() * [1, 1, 1, -1]
        self.take_away(start_s)
        x, y, angle, side = self.pose()
        self.sheet.key(self.sheet.now_s + 0.1, x, y, angle, -side)
        self.drag(self.sheet.now_s + 1.2, back, (90 * self.side, 70))
        self.let_go()
        return self.helper.now_s

    def take_away(self, start_s: float) -> None:
        """The helping hand comes and pulls the sheet out of sight."""
        self.sheet.hold(start_s)
        self.helper.hold(start_s - 0.7)
        grip = (70.0 * self.side, 60.0)
        self.helper.ease(start_s, *map(float, place(np.array([grip]), self.pose())[0]), 0.0)
        gone = np.array([self.side * 60, 330.0, self.side * 0.3, self.pose()[3]])
        self.drag(start_s + 1.0, gone, grip)

    def leave(self, start_s: float) -> float:
        """The sheet is taken away; returns when it is out of sight."""
        self.take_away(start_s)
        self.helper.ease(self.helper.now_s + 0.2, *_AWAY_MM, 1.0)
        elbow = (self.side * 150.0, 390.0)
        self.hands.append(Hand("flat", self.helper.build(), elbow, 1.0))
        return self.helper.now_s
