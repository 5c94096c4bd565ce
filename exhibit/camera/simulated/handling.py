"""What visitors do to their paper besides drawing: lift it, rub lines out, lay a fresh one over."""

from __future__ import annotations

import numpy as np

from exhibit.camera.simulated.lines import Rub, cut_into_lines
from exhibit.camera.simulated.play import Drawing, Play
from exhibit.camera.simulated.raised import CORNERS_MM, Rise, seen_at
from exhibit.camera.simulated.tracks import TrackBuilder
from exhibit.camera.simulated.view import pose_matrix
from exhibit.camera.simulated.visit import SHEET_MM, Cover, Floats64, Hand, Laid, Lift, place

_STEPS = 13
_RUB_MM, _RUB_HZ, _RUB_MM_S = 9.0, 4.0, 70.0
_RUB_REACH_MM = 8.0
_MOST_RUBBED_MM = 160.0
_GRIP_MM = (10.0, 40.0)
"""Where a token is held: by the lower edge of its card."""
_TOKEN_REACH_MM = 46.0
"""From the middle of a token to the farthest corner of its card."""
_TOKEN_RESTS_S = 2.5


def lift_corner(play: Play, start_s: float) -> float:
    """A hand peels a corner up and lets it curl, comes back and lays it flat.

    Returns:
        When the hand has gone.
    """
    corner = 2 if play.side > 0 else 3
    high, curled = (float(play.rng.uniform(*mm)) for mm in ((70, 95), (38, 48)))
    build = TrackBuilder(start_s, 0.0)
    _reach_for(play, start_s, corner)
    _pull(play, build, corner, start_s + 0.8, high)
    build.hold(start_s + 2.0)
    play.helper.hold(start_s + 2.0)
    _pull(play, build, corner, start_s + 2.4, curled)
    play.let_go()
    back_s = play.helper.now_s + 2.5
    build.hold(back_s)
    _reach_for(play, back_s, corner, curled)
    _pull(play, build, corner, back_s + 0.5, 0.0)
    play.lifts.append(Lift(corner, build.build()))
    play.let_go()
    return play.helper.now_s


def raise_sheet(play: Play, start_s: float) -> float:
    """A hand takes the whole sheet off the glass for a moment; returns when it has gone."""
    build = TrackBuilder(start_s, 0.0)
    grip = np.array([[90.0 * play.side, 70.0]])
    play.helper.hold(start_s - 0.7)
    play.helper.ease(start_s, *map(float, place(grip, play.pose())[0]), 0.0)
    build.ease(start_s + 0.7, float(play.rng.uniform(30, 50)))
    build.hold(start_s + 1.9)
    build.ease(start_s + 2.6, 0.0)
    play.helper.hold(start_s + 2.7)
    play.lifts.append(Lift(None, build.build()))
    play.let_go()
    return play.helper.now_s


def _reach_for(play: Play, at_s: float, corner: int, curled_mm: float = 0.0) -> None:
    play.helper.hold(at_s - 0.6)
    play.helper.ease(at_s, *_tip_of(play, corner, curled_mm), 0.0)


def _pull(play: Play, build: TrackBuilder, corner: int, until_s: float, mm: float) -> None:
    """The corner goes up or down, and the hand with it."""
    start_s = build.now_s
    build.ease(until_s, mm)
    track = build.build()
    for t in np.linspace(start_s, until_s, _STEPS)[1:]:
        play.helper.key(float(t), *_tip_of(play, corner, float(track.at(float(t))[0])), 0.0)


def _tip_of(play: Play, corner: int, amount_mm: float) -> tuple[float, float]:
    """Return where a corner is seen on the table, a little inside of it."""
    rise = Rise(corner, amount_mm)
    x, y = seen_at(0.94 * CORNERS_MM[corner][None], rise, pose_matrix(play.pose()))[0][0]
    return float(x), float(y)


def rub_out(play: Play, start_s: float) -> float:
    """A hand with a rubber goes to and fro over a stroke; returns when it has gone."""
    strokes = [stroke.way for stroke in play.strokes]
    lengths = [float(np.hypot(*np.diff(s[:, :2], axis=0).T).sum()) for s in strokes]
    fitting = [n for n, mm in enumerate(lengths) if mm < _MOST_RUBBED_MM]
    chosen = strokes[max(fitting or range(len(lengths)), key=lambda n: lengths[n])]
    path = _to_and_fro(chosen[:, :2])
    path[:, 2] += start_s + 0.7
    play.rubs.append(Rub(path, _RUB_REACH_MM))
    elbow = (play.side * 140.0, 390.0)
    away = (elbow[0] * 0.9, elbow[1] * 0.82, 1.0)
    hand = TrackBuilder(start_s, *away)
    points = place(path[:, :2], play.pose())
    hand.ease(start_s + 0.6, *map(float, points[0]), 0.2)
    for (x, y), t in zip(points, path[:, 2], strict=True):
        hand.key(float(t), float(x), float(y), 0.0)
    hand.ease(hand.now_s + 0.6, *away)
    play.hands.append(Hand("rubber", hand.build(), elbow, 1.0))
    return hand.now_s


def _to_and_fro(line: Floats64) -> Floats64:
    """Return the rubber's way (m, 3) x_mm, y_mm, seconds along a line (n, 2), from side to side."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    lasts_s = max(1.2, float(way[-1]) / _RUB_MM_S)
    seconds = np.linspace(0, lasts_s, int(lasts_s * 40) + 2)
    at = seconds / lasts_s * way[-1]
    middle = np.column_stack([np.interp(at, way, line[:, axis]) for axis in (0, 1)])
    along = np.gradient(middle, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-6)[:, None]
    aside = _RUB_MM * np.sin(2 * np.pi * _RUB_HZ * seconds)
    moved = middle + aside[:, None] * np.column_stack([-along[:, 1], along[:, 0]])
    return np.column_stack([moved, seconds])


def lay_over(play: Play, drawing: Drawing, start_s: float) -> float:
    """A fresh sheet is laid over the first, drawn on and taken away; returns when it is gone."""
    first, strokes = play.sheet, play.strokes
    lies = play.pose() + np.append(play.rng.normal(0, [2.0, 2.0, 0.012]), 0.0)
    play.sheet = TrackBuilder(start_s, play.side * 40, 310.0, play.side * 0.2, 1.0)
    play.strokes = []
    play.helper.hold(start_s - 0.3)
    play.helper.ease(start_s, play.side * 90, 380.0, 0.0)
    play.drag(start_s + 1.2, lies, (90 * play.side, 70))
    play.let_go()
    begins = play.sheet.now_s
    drawn_s = play.draw(drawing, play.helper.now_s + 1.0)
    play.take_away(drawn_s + 2.0)
    ends = play.helper.now_s - 1.0
    play.helper.ease(play.helper.now_s + 0.3, play.side * 150, 330.0, 1.0)
    play.cover = Cover(play.sheet.build(), cut_into_lines(play.rng, play.strokes), begins, ends)
    play.sheet, play.strokes = first, strokes
    return play.helper.now_s


def lay_token(play: Play, number: int, start_s: float) -> float:
    """A hand brings a printed token, comes back to turn it, and takes it away.

    Returns:
        When the hand has gone.
    """
    away = np.array([play.side * 60.0, 330.0, play.side * 0.4, 1.0])
    turned = play.rng.uniform([-1.2, 0.7], [1.2, 1.5])
    lies = np.array([*_place_for_token(play, number), turned[0], 1.0])
    token = TrackBuilder(start_s, *map(float, away))
    play.helper.hold(start_s - 0.3)
    play.helper.ease(start_s, *map(float, place(np.array([_GRIP_MM]), away)[0]), 0.0)
    play.carry(token, start_s + 1.1, lies, _GRIP_MM)
    for pose in (lies - [0, 0, turned[1] * np.sign(turned[0]), 0], away):
        play.let_go()
        token.hold(play.helper.now_s + _TOKEN_RESTS_S)
        play.helper.hold(token.now_s - 0.6)
        grip = place(np.array([_GRIP_MM]), np.array(token.build().values[-1]))[0]
        play.helper.ease(token.now_s, *map(float, grip), 0.0)
        play.carry(token, token.now_s + 1.0, pose, _GRIP_MM)
    play.tokens.append(Laid(number, token.build(), float(start_s), float(token.now_s)))
    play.helper.ease(play.helper.now_s + 0.3, play.side * 150, 330.0, 1.0)
    return play.helper.now_s


def _place_for_token(play: Play, number: int) -> Floats64:
    """Return where on the table to lay a token: odd ones beside the drawing, even ones on it."""
    drawn = np.concatenate([stroke.way[:, :2] for stroke in play.strokes])
    x, y = (half * np.linspace(-1, 1, 13) for half in np.array(SHEET_MM) / 2 - _TOKEN_REACH_MM)
    spots = np.column_stack([axis.ravel() for axis in np.meshgrid(x, y)])
    apart = np.linalg.norm(spots[:, None] - drawn, axis=2).min(axis=1)
    best = np.argsort(apart)[-3:] if number % 2 else np.argsort(apart)[:3]
    return np.asarray(place(spots[[play.rng.choice(best)]], play.pose())[0], np.float64)
