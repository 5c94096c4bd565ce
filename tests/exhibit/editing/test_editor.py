"""Strengths ease, never jump, stay in their range, and rest when nothing moves."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from exhibit.contract.bundle import Bundle, load_bundle
from exhibit.contract.directions import load_directions
from exhibit.contract.errors import ConfigError
from exhibit.contract.latents import load_latents
from exhibit.contract.records import Heard
from exhibit.contract.settings.schema import (
    DirectionConfig,
    EditingConfig,
    ModelConfig,
    ModulationConfig,
    SchedulePoint,
)
from exhibit.contract.values import Code, Floats, Ink
from exhibit.editing import DirectionEditor, make_editor
from tests.fakes.bundle import (
    FEATURE_SHAPE,
    NUM_WS,
    RESOLUTION,
    STROKE_WIDTH_PX,
    W_DIM,
    add_appearance,
    write_bundle,
)
from tests.fakes.clock import FakeClock

PLAIN = ModelConfig(psi=1.0, auto_psi=False)
EASE_S = 0.5
TICK_S = 0.05


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return load_bundle(write_bundle(tmp_path_factory.mktemp("bundles") / "tiny"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def settings(*directions: DirectionConfig, ease_s: float = EASE_S) -> EditingConfig:
    return EditingConfig(directions=directions, ease_s=ease_s)


def code(shift: float = 0.0) -> Code:
    rng = np.random.default_rng(3)
    w_plus = rng.normal(0, 0.3, (NUM_WS, W_DIM)).astype(np.float32) + np.float32(shift)
    return Code(1, 2.0, w_plus)


def ink(sequence: int = 1, captured_at: float = 0.0, coverage: float = 0.0, rows: int = 0) -> Ink:
    pixels = np.full((RESOLUTION, RESOLUTION), 255, np.uint8)
    pixels[:rows] = 0
    hand = np.zeros(pixels.shape, np.bool_)
    planes = pixels, pixels, np.full_like(pixels, 255), np.full_like(pixels, 255)
    return Ink(sequence, captured_at, *planes, pixels, hand, None, None, coverage)


def run(
    editor: DirectionEditor, clock: FakeClock, seconds: float, tick_s: float = TICK_S
) -> list[Code]:
    one, edited = code(), []
    for _ in range(round(seconds / tick_s)):
        clock.advance(tick_s)
        edited.append(editor.edit(one, ink()))
    return edited


def offset_of(edited: Code) -> Floats:
    return np.asarray(edited.w_plus - code().w_plus, np.float32)


def test_editor_without_directions_returns_the_code(bundle: Bundle, clock: FakeClock) -> None:
    editor = make_editor(bundle, settings(), PLAIN, clock)
    one = code()
    assert editor.edit(one, ink()) is one
    assert not editor.moving


def test_editor_several_directions_add_on_their_layers(bundle: Bundle, clock: FakeClock) -> None:
    asked = (
        DirectionConfig(name="darker", strength=2.0),
        DirectionConfig(name="taller", strength=-1.0, layers=(5, 7)),
    )
    editor = make_editor(bundle, settings(*asked), PLAIN, clock)
    vectors = {name: d.vector for name, d in load_directions(bundle).items()}
    expected = np.zeros((NUM_WS, W_DIM), np.float32)
    expected[:4] += 2.0 * vectors["darker"]  # the layers stored with it
    expected[[5, 7]] -= vectors["taller"]
    edited = editor.edit(code(), ink())
    np.testing.assert_allclose(offset_of(edited), expected, atol=1e-6)
    assert (edited.sequence, edited.captured_at) == (1, 2.0)
    assert editor.strengths == {"darker": 2.0, "taller": -1.0}


def test_editor_new_strength_is_eased_and_then_rests(bundle: Bundle, clock: FakeClock) -> None:
    editor = make_editor(bundle, settings(DirectionConfig(name="darker")), PLAIN, clock)
    run(editor, clock, 0.2)
    editor.configure(settings(DirectionConfig(name="darker", strength=2.0)), PLAIN)
    assert editor.moving
    run(editor, clock, EASE_S)
    assert editor.strengths["darker"] == pytest.approx(2.0 * (1 - math.exp(-1)), rel=1e-6)
    run(editor, clock, 8 * EASE_S)
    assert editor.strengths["darker"] == 2.0
    assert not editor.moving


def test_editor_easing_is_the_same_at_any_frame_rate(bundle: Bundle) -> None:
    found = []
    for tick_s in (0.01, 0.1):
        clock = FakeClock()
        editor = make_editor(bundle, settings(DirectionConfig(name="darker")), PLAIN, clock)
        run(editor, clock, 0.1)
        editor.configure(settings(DirectionConfig(name="darker", strength=2.0)), PLAIN)
        run(editor, clock, 0.6, tick_s)
        found.append(editor.strengths["darker"])
    assert found[0] == pytest.approx(found[1], rel=1e-6)


def test_editor_after_long_pause_does_not_jump(bundle: Bundle, clock: FakeClock) -> None:
    """The engine rests while nothing moves; the first edit after an hour must still ease."""
    editor = make_editor(bundle, settings(DirectionConfig(name="darker")), PLAIN, clock)
    run(editor, clock, 0.2)
    clock.advance(3600)
    editor.configure(settings(DirectionConfig(name="darker", strength=2.0)), PLAIN)
    edited = editor.edit(code(), ink())
    assert 0 < np.linalg.norm(offset_of(edited)[0]) < 0.5


def test_editor_removed_direction_eases_out(bundle: Bundle, clock: FakeClock) -> None:
    editor = make_editor(
        bundle, settings(DirectionConfig(name="darker", strength=2.0)), PLAIN, clock
    )
    run(editor, clock, 0.2)
    editor.configure(settings(), PLAIN)
    (edited,) = run(editor, clock, TICK_S)
    assert 1.5 < np.linalg.norm(offset_of(edited)[0]) < 2.0
    last = run(editor, clock, 10 * EASE_S)[-1]
    np.testing.assert_array_equal(last.w_plus, code().w_plus)
    assert editor.strengths == {}
    assert not editor.moving


def test_editor_strength_outside_safe_range_is_clamped(bundle: Bundle, clock: FakeClock) -> None:
    modulation = ModulationConfig(kind="sine", depth=50.0, period_s=1.0)
    asked = DirectionConfig(name="darker", strength=2.0, modulation=modulation)
    editor = make_editor(bundle, settings(asked, ease_s=0.0), PLAIN, clock)
    norms = [float(np.linalg.norm(offset_of(edited)[0])) for edited in run(editor, clock, 2.0)]
    assert max(norms) == pytest.approx(3.0, rel=1e-4)


def test_editor_nothing_moved_returns_the_same_object(bundle: Bundle, clock: FakeClock) -> None:
    """The engine synthesises only when the edited code is another object."""
    asked = settings(DirectionConfig(name="darker", strength=1.0))
    editor = make_editor(bundle, asked, ModelConfig(), clock)
    one = code()
    first = editor.edit(one, ink())
    clock.advance(1.0)
    assert editor.edit(one, ink(sequence=2)) is first
    assert editor.edit(code(), ink(sequence=3)) is not first


@pytest.mark.parametrize("kind", ["sine", "random_walk"])
def test_editor_timed_modulation_moves_without_ink_and_stays_continuous(
    bundle: Bundle, clock: FakeClock, kind: Any
) -> None:
    modulation = ModulationConfig(kind=kind, depth=1.0, period_s=4.0)
    asked = settings(DirectionConfig(name="darker", modulation=modulation))
    editor = make_editor(bundle, asked, PLAIN, clock)
    edited = [e.w_plus for e in run(editor, clock, 20.0)]
    steps = [np.linalg.norm(b - a, axis=1).max() for a, b in pairwise(edited)]
    assert editor.moving
    assert max(steps) < 0.15
    assert np.ptp(np.stack(edited), axis=0).max() > 0.2


def test_editor_sine_keeps_its_phase_when_settings_change(bundle: Bundle, clock: FakeClock) -> None:
    def asked(depth: float, period_s: float) -> EditingConfig:
        modulation = ModulationConfig(kind="sine", depth=depth, period_s=period_s)
        direction = DirectionConfig(name="darker", modulation=modulation)
        return settings(direction, ease_s=0.0)

    editor = make_editor(bundle, asked(2.0, 4.0), PLAIN, clock)
    run(editor, clock, 1.0)
    before = editor.strengths["darker"]
    editor.configure(asked(2.0, 40.0), PLAIN)
    run(editor, clock, TICK_S)
    assert before == pytest.approx(2.0, abs=0.01)
    assert editor.strengths["darker"] == pytest.approx(before, abs=0.01)


def test_editor_coverage_and_pen_drive_strength(bundle: Bundle, clock: FakeClock) -> None:
    def asked(kind: Any) -> EditingConfig:
        modulation = ModulationConfig(kind=kind, depth=2.0)
        return settings(DirectionConfig(name="darker", modulation=modulation), ease_s=0.0)

    one = code()
    editor = make_editor(bundle, asked("coverage"), PLAIN, clock)
    editor.edit(one, ink(coverage=0.02))
    assert editor.strengths["darker"] == pytest.approx(1.0)

    editor = make_editor(bundle, asked("pen_speed"), PLAIN, clock)
    editor.edit(one, ink(1, 0.0))
    # One row of a line STROKE_WIDTH_PX wide is 1 / STROKE_WIDTH_PX of a sheet width, in 2 s.
    editor.edit(one, ink(2, 2.0, rows=1))
    speed = 1 / STROKE_WIDTH_PX / 2.0
    assert editor.strengths["darker"] == pytest.approx(2.0 * speed / 0.5, abs=0.05)
    # Live ink is drawn anew a few times a second: in between the pen has not stopped.
    editor.edit(one, ink(3, 2.1, rows=1))
    assert editor.strengths["darker"] == pytest.approx(2.0 * speed / 0.5, abs=0.05)
    editor.edit(one, ink(4, 2.5, rows=1))
    assert editor.strengths.get("darker", 0.0) == 0.0


def scheduled(*points: tuple[str, float], strength: float = 0.0) -> DirectionConfig:
    listed = tuple(SchedulePoint(at=at, strength=value) for at, value in points)
    modulation = ModulationConfig(kind="schedule", points=listed)
    return DirectionConfig(name="darker", strength=strength, modulation=modulation)


@pytest.mark.parametrize(
    ("kind", "heard"), [("sound_level", Heard(level=0.5)), ("sound_onset", Heard(onset=0.5))]
)
def test_editor_what_the_table_hears_drives_strength(
    kind: Any, heard: Heard, bundle: Bundle, clock: FakeClock
) -> None:
    name, direction = next(iter(load_directions(bundle).items()))
    depth = 0.5 * direction.safe_range[1]
    modulation = ModulationConfig(kind=kind, depth=depth)
    asked = settings(DirectionConfig(name=name, modulation=modulation), ease_s=0.0)
    now = [Heard()]
    editor = make_editor(bundle, asked, PLAIN, clock, hear=lambda: now[0])
    run(editor, clock, 0.2)
    assert editor.strengths[name] == 0.0
    now[0] = heard
    run(editor, clock, 0.2)
    assert editor.strengths[name] == pytest.approx(0.5 * depth, rel=0.05)


def test_editor_that_moves_with_no_sound_does_not_listen(bundle: Bundle, clock: FakeClock) -> None:
    """A frame is not to pay for what is off."""
    walk = DirectionConfig(name="darker", modulation=ModulationConfig(kind="random_walk", depth=1))
    editor = make_editor(
        bundle, settings(walk), PLAIN, clock, hear=lambda: pytest.fail("it listens")
    )
    run(editor, clock, 0.2)
    assert editor.strengths["darker"] != 0.0


@pytest.mark.parametrize(
    ("hour", "expected"), [(10.0, 2.0), (14.0, 1.0), (18.0, 0.0), (2.0, 1.0), (23.9, 0.74)]
)
def test_editor_schedule_moves_evenly_between_times_and_past_midnight(
    bundle: Bundle, clock: FakeClock, hour: float, expected: float
) -> None:
    asked = settings(scheduled(("18:00", 0.0), ("10:00", 2.0)), ease_s=0.0)
    editor = make_editor(bundle, asked, PLAIN, clock, lambda: 3600 * hour)
    editor.edit(code(), ink())
    # A schedule moves in steps of 2 % of its largest strength, so that the picture rests.
    assert editor.strengths["darker"] == pytest.approx(expected, abs=0.021)
    assert not editor.moving


def test_editor_schedule_is_clamped_eased_and_added_to_the_strength(
    bundle: Bundle, clock: FakeClock
) -> None:
    day = FakeClock(3600.0 * 9)
    steep = scheduled(("09:00", 0.0), ("09:01", 90.0), ("12:00", 90.0), strength=-1.0)
    editor = make_editor(bundle, settings(steep), PLAIN, clock, day)
    run(editor, clock, 0.1)
    assert editor.strengths["darker"] == pytest.approx(-1.0)
    day.advance(3600)
    run(editor, clock, EASE_S)
    _, high = load_directions(bundle)["darker"].safe_range
    assert editor.strengths["darker"] == pytest.approx(high - (high + 1) * math.exp(-1), rel=1e-3)
    run(editor, clock, 10 * EASE_S)
    assert editor.strengths["darker"] == high


def test_schedule_double_time_is_refused_with_the_reason() -> None:
    twice = [{"at": "10:30", "strength": 1.0}, {"at": "10:30", "strength": 2.0}]
    with pytest.raises(ValidationError, match="10:30 is listed twice"):
        ModulationConfig.model_validate({"points": twice})


def test_editor_psi_pulls_towards_w_avg(bundle: Bundle, clock: FakeClock) -> None:
    w_avg = load_latents(bundle).w_avg
    half = make_editor(bundle, settings(), PLAIN.model_copy(update={"psi": 0.5}), clock)
    expected = w_avg + 0.5 * (code().w_plus - w_avg)
    np.testing.assert_allclose(half.edit(code(), ink()).w_plus, expected, atol=1e-6)
    mean = make_editor(bundle, settings(), PLAIN.model_copy(update={"psi": 0.0}), clock)
    np.testing.assert_allclose(
        mean.edit(code(), ink()).w_plus, np.broadcast_to(w_avg, (NUM_WS, W_DIM)), atol=1e-6
    )


def test_editor_auto_psi_leaves_golden_codes_and_pulls_odd_ones(
    bundle: Bundle, clock: FakeClock
) -> None:
    editor = make_editor(bundle, settings(), ModelConfig(), clock)
    with np.load(bundle.file("golden.npz")) as golden:
        usual = Code(1, 0.0, golden["w_plus"][0])
    assert editor.edit(usual, ink()) is usual
    w_avg = load_latents(bundle).w_avg
    distances = []
    for size in (100.0, 1000.0):
        edited = editor.edit(Code(2, 0.0, w_avg + size * (usual.w_plus - w_avg)), ink())
        assert editor.psi < 0.1
        distances.append(np.linalg.norm(edited.w_plus - w_avg))
    assert distances[0] == pytest.approx(distances[1], rel=1e-3)


def test_editor_psi_change_is_eased(bundle: Bundle, clock: FakeClock) -> None:
    editor = make_editor(bundle, settings(), PLAIN, clock)
    run(editor, clock, 0.2)
    editor.configure(settings(), PLAIN.model_copy(update={"psi": 0.0}))
    run(editor, clock, EASE_S)
    assert editor.psi == pytest.approx(math.exp(-1), rel=1e-6)


def test_editor_unknown_direction_is_refused_with_the_nearest(
    bundle: Bundle, clock: FakeClock
) -> None:
    editor = make_editor(
        bundle, settings(DirectionConfig(name="darker", strength=1.0)), PLAIN, clock
    )
    for direction, pattern in (
        (DirectionConfig(name="rownder"), "no direction 'rownder'; nearest: 'rounder'"),
        (DirectionConfig(name="darker", layers=(9,)), "layer 9 does not exist.*layers 0 to 7"),
    ):
        with pytest.raises(ConfigError, match=pattern):
            editor.configure(settings(direction), PLAIN)
    twice = DirectionConfig(name="darker"), DirectionConfig(name="darker", layers=(0, 1, 2, 3))
    with pytest.raises(ConfigError, match="'darker' is listed twice"):
        editor.configure(settings(*twice), PLAIN)
    assert editor.strengths == {"darker": 1.0}


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = write_bundle(tmp_path_factory.mktemp("bundles") / "mapped", "feature")
    add_appearance(folder)
    return load_bundle(folder)


def half(_: Ink) -> Floats:
    part = np.zeros(FEATURE_SHAPE[1:], np.float32)
    part[:4] = 1
    return part


def test_editor_an_appearance_is_added_to_the_map_and_leaves_the_code(
    mapped: Bundle, clock: FakeClock
) -> None:
    asked = settings(DirectionConfig(name="shaded", strength=1.5))
    editor = make_editor(mapped, asked, PLAIN, clock, figure_of=half)
    one = code()
    edited = editor.edit(one, ink())
    assert edited.w_plus is one.w_plus and edited.kept is None
    assert edited.added is not None and edited.added.shape == FEATURE_SHAPE
    np.testing.assert_array_equal(edited.added[0], -1.5 * half(ink()))
    assert editor.strengths == {"shaded": 1.5}


def test_editor_an_appearance_and_a_direction_move_at_once(
    mapped: Bundle, clock: FakeClock
) -> None:
    both = settings(
        DirectionConfig(name="shaded", strength=9.0, part="left"),
        DirectionConfig(name="darker", strength=1.0),
    )
    edited = make_editor(mapped, both, PLAIN, clock).edit(code(), ink())
    assert edited.added is not None
    # Cut at the end of the safe range.
    assert edited.added[0, :, :8].tolist() == [[-2.0] * 8] * 16 and not edited.added[0, :, 8:].any()
    assert np.abs(offset_of(edited)).max() > 0


def test_editor_another_part_takes_over_while_the_first_goes(
    mapped: Bundle, clock: FakeClock
) -> None:
    asked = DirectionConfig(name="shaded", strength=1.0)
    editor = make_editor(mapped, settings(asked), PLAIN, clock, figure_of=half)
    run(editor, clock, 0.1)
    editor.configure(settings(asked.model_copy(update={"part": "everywhere"})), PLAIN)
    between = run(editor, clock, EASE_S)[-1].added
    assert between is not None and -1 < between[0, 8, 0] < 0 and -1.1 < between[0, 0, 0] < -0.9
    after = run(editor, clock, 10 * EASE_S)[-1].added
    assert after is not None and np.all(after[0] == -1)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (DirectionConfig(name="shaded", part="hat"), "no part 'hat'; expected one of ink"),
        (DirectionConfig(name="darker", part="ink"), "moves codes, which have no parts"),
        (DirectionConfig(name="shaded", layers=(1,)), "moves the feature map; expected none"),
    ],
)
def test_editor_a_part_that_does_not_fit_is_refused(
    mapped: Bundle, clock: FakeClock, asked: DirectionConfig, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        make_editor(mapped, settings(asked), PLAIN, clock)


def test_editor_only_the_figure_eases_in_and_keeps_what_is_drawn(
    mapped: Bundle, clock: FakeClock
) -> None:
    editor = make_editor(mapped, settings(), PLAIN, clock, figure_of=half)
    one = code()
    assert editor.edit(one, ink()) is one
    editor.configure(EditingConfig(only_figure=True, ease_s=EASE_S), PLAIN)
    between = run(editor, clock, EASE_S)[-1].kept
    assert between is not None and 0 < between[8, 0] < 1 and between[0, 0] == 1
    after = run(editor, clock, 10 * EASE_S)[-1].kept
    assert after is not None and np.array_equal(after, half(ink()))
