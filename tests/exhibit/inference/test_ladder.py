"""A graphics card that is lost at noon must cost some seconds, not the afternoon."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exhibit.contract.bundle import load_bundle
from exhibit.contract.settings.schema import ModelConfig
from exhibit.contract.values import Floats
from exhibit.inference import models as module
from exhibit.inference import open_models
from exhibit.inference.binding import Shapes
from exhibit.inference.ladder import LadderSession
from exhibit.inference.session import Graph, Session
from tests.fakes.clock import FakeClock
from tests.patience import wait_until

PATH = Path("generator.onnx")


def _anything_goes(_: Graph) -> None: ...


class Machine:
    """A machine whose graphics card comes and goes."""

    def __init__(self) -> None:
        self.has_card, self.opened = True, list[str]()

    def open(
        self, path: Path, inputs: Shapes, outputs: Shapes, names: Sequence[str], _: int
    ) -> Any:
        """Open a session on the first provider that is there."""
        provider = names[0] if self.has_card else "cpu"
        self.opened.append(provider)
        return FakeSession(self, provider, dict(inputs), dict(outputs))


class SlowMachine(Machine):
    """One on which TensorRT plans until the test says that it has planned."""

    def __init__(self) -> None:
        super().__init__()
        self.planned, self.plans_fail = threading.Event(), False

    def open(self, *given: Any) -> Any:
        """Open a session, where asked for TensorRT once it has planned."""
        names = given[3]
        if names[0] == "tensorrt":
            self.planned.wait(10)
            names = names[self.plans_fail :]
        return super().open(*given[:3], names, given[4])


def _no_tensorrt(graph: Graph) -> None:
    if graph.provider == "tensorrt":
        raise RuntimeError("picture of golden pair 0 differs")


def _advanced(clock: FakeClock) -> bool:
    clock.advance(1)
    return True


class FakeSession:
    """Doubles what it is given."""

    def __init__(self, machine: Machine, provider: str, inputs: Any, outputs: Any) -> None:
        self._machine, self.provider = machine, provider
        self.inputs, self.outputs = inputs, outputs

    def new_outputs(self) -> dict[str, Floats]:
        """Return a number."""
        return {"y": np.zeros(1, np.float32)}

    def run(self, inputs: Mapping[str, Floats], outputs: Mapping[str, Floats]) -> None:
        """Answer, or fail as ONNX Runtime does where the driver has lost the card."""
        if self.provider == "cuda" and not self._machine.has_card:
            raise RuntimeError("CUDA failure 700: an illegal memory access\nat line 1")
        outputs["y"][:] = 2 * inputs["x"]


def _ladder(
    machine: Machine,
    clock: FakeClock,
    spared_until: float = 0.0,
    providers: Sequence[str] = ("cuda", "cpu"),
    check: Callable[[Graph], None] = _anything_goes,
) -> LadderSession:
    shapes = {"x": (1,)}
    return LadderSession(
        PATH, shapes, {"y": (1,)}, providers, 1, check, spared_until, machine.open, clock
    )


def _answer(session: LadderSession) -> float:
    outputs = session.new_outputs()
    session.run({"x": np.full(1, 3, np.float32)}, outputs)
    return float(outputs["y"][0])


def test_ladder_provider_that_fails_while_running_is_replaced_within_the_same_picture() -> None:
    machine = Machine()
    session = _ladder(machine, FakeClock())
    assert (_answer(session), session.provider, session.fault) == (6.0, "cuda", "")
    machine.has_card = False
    assert (_answer(session), session.provider) == (6.0, "cpu")
    assert session.fault == (
        "generator.onnx: cuda failed while it ran, pictures are made on the processor until it "
        "works again: CUDA failure 700: an illegal memory access"
    )


def test_ladder_card_that_is_back_is_taken_again_and_not_asked_for_before_it_is_due() -> None:
    machine, clock = Machine(), FakeClock()
    session = _ladder(machine, clock)
    machine.has_card = False
    _answer(session)
    opened = len(machine.opened)
    clock.advance(9)
    _answer(session)
    assert len(machine.opened) == opened
    machine.has_card = True
    clock.advance(2)
    wait_until(lambda: _answer(session) == 6.0 and not session.fault, "the card is taken again")
    assert session.provider == "cuda"


def test_ladder_card_that_stays_away_is_tried_ever_more_seldom() -> None:
    machine, clock = Machine(), FakeClock()
    session = _ladder(machine, clock)
    machine.has_card = False
    _answer(session)
    begun = len(machine.opened)
    for _ in range(3600):
        clock.advance(1)
        _answer(session)
        if session._trying is not None:
            session._trying.join()
    assert 4 <= len(machine.opened) - begun <= 8
    assert session.fault and session.provider == "cpu"


def test_ladder_card_that_hung_is_spared_and_then_tried_beside_what_runs() -> None:
    machine, clock = Machine(), FakeClock()
    session = _ladder(machine, clock, spared_until=clock() + 60)
    assert (_answer(session), session.provider, machine.opened) == (6.0, "cpu", ["cpu"])
    assert session.fault == (
        "generator.onnx: cuda is not used, since it hung, pictures are made on the processor until "
        "it works again"
    )
    clock.advance(59)
    _answer(session)
    assert machine.opened == ["cpu"]
    clock.advance(2)
    wait_until(lambda: _answer(session) == 6.0 and not session.fault, "the card is taken again")
    assert session.provider == "cuda"


def test_ladder_tensorrt_is_made_ready_beside_the_next_that_answers() -> None:
    machine, ready = SlowMachine(), FakeClock()
    session = _ladder(machine, ready, providers=("tensorrt", "cuda", "cpu"))
    assert (_answer(session), session.provider, session.fault) == (6.0, "cuda", "")
    assert (machine.opened, session.awaited) == (["cuda"], "tensorrt")
    machine.planned.set()
    wait_until(lambda: _answer(session) == 6.0 and session.provider == "tensorrt", "the plan")
    assert (session.awaited, session.fault, machine.opened) == ("", "", ["cuda", "tensorrt"])


def test_ladder_tensorrt_that_cannot_be_had_is_asked_for_once() -> None:
    machine, clock = SlowMachine(), FakeClock()
    session = _ladder(machine, clock, providers=("tensorrt", "cpu"), check=_no_tensorrt)
    machine.planned.set()
    wait_until(lambda: _answer(session) == 6.0 and not session.awaited, "the attempt")
    clock.advance(1e6)
    assert (_answer(session), session._trying) == (6.0, None)
    assert (session.provider, session.fault, machine.opened) == ("cpu", "", ["cpu", "tensorrt"])


def test_ladder_card_that_is_lost_while_tensorrt_is_made_ready_comes_back() -> None:
    machine, clock = SlowMachine(), FakeClock()
    providers = ("tensorrt", "cuda", "cpu")
    session = _ladder(machine, clock, providers=providers, check=_no_tensorrt)
    _answer(session)
    machine.has_card = False
    assert (_answer(session), session.provider) == (6.0, "cpu")
    assert session.fault.startswith("generator.onnx: cuda failed while it ran")
    machine.planned.set()
    machine.has_card = machine.plans_fail = True
    assert session._trying is not None
    session._trying.join()
    wait_until(lambda: _advanced(clock) and _answer(session) == 6.0 and not session.fault, "it")
    assert session.provider == "cuda"


def test_ladder_card_whose_answers_differ_is_not_taken_again() -> None:
    machine, clock = Machine(), FakeClock()
    wrong: list[str] = []

    def check(graph: Graph) -> None:
        if graph.provider in wrong:
            raise RuntimeError("picture of golden pair 0 differs")

    session = _ladder(machine, clock, check=check)
    machine.has_card = False
    _answer(session)
    machine.has_card = True
    wrong.append("cuda")
    clock.advance(11)
    _answer(session)
    assert session._trying is not None
    session._trying.join()
    assert (_answer(session), session.provider, bool(session.fault)) == (6.0, "cpu", True)


def test_ladder_without_a_card_has_none_to_spare() -> None:
    machine, clock = Machine(), FakeClock()
    session = _ladder(machine, clock, clock() + 60, providers=("cpu",))
    assert (session.provider, session.fault) == ("cpu", "")


def test_ladder_has_nothing_below_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine ends then, and comes back with the bundle that is named as fallback."""
    machine = Machine()
    machine.has_card = False
    session = _ladder(machine, FakeClock())

    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(FakeSession, "run", fail)
    with pytest.raises(RuntimeError, match="out of memory"):
        _answer(session)


def test_models_on_a_card_that_is_lost_go_on_and_say_so(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, lost = Session.run, False

    def run_until_lost(self: Session, *arguments: Any) -> None:
        if lost and getattr(self, "provider", "") == "cuda":
            raise RuntimeError("CUDA failure 999: unknown error")
        run(self, *arguments)

    def on_cuda(*given: Any) -> LadderSession:
        def opener(*arguments: Any) -> Session:
            session = Session(*arguments[:3], ("cpu",), 1)
            session.provider = arguments[3][0]
            return session

        return LadderSession(*given[:3], ("cuda", "cpu"), 1, given[5], opener=opener)

    monkeypatch.setattr(Session, "run", run_until_lost)
    monkeypatch.setattr(module, "LadderSession", on_cuda)
    models = open_models(load_bundle(tiny), ModelConfig())
    paper = np.full((models.encoder.session.inputs["ink"][-1],) * 2, 255, np.uint8)
    before = models.generator.pixels_of(*models.encoder.encode_pixels(paper))
    assert (models.providers_got, models.faults) == (("cuda", "cuda"), ())
    lost = True
    after = models.generator.pixels_of(*models.encoder.encode_pixels(paper))
    assert np.array_equal(before, after)
    assert models.providers_got == ("cpu", "cpu")
    assert [text.partition(":")[0] for text in models.faults] == ["encoder.onnx", "generator.onnx"]


def test_models_say_that_tensorrt_is_made_ready_until_it_answers(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = threading.Event()

    def opener(*arguments: Any) -> Session:
        session = Session(*arguments[:3], ("cpu",), 1)
        session.provider = arguments[3][0]
        if session.provider == "tensorrt":
            planned.wait(10)
        return session

    def on_tensorrt(*given: Any) -> LadderSession:
        return LadderSession(*given[:3], ("tensorrt", "cpu"), 1, given[5], opener=opener)

    monkeypatch.setattr(module, "LadderSession", on_tensorrt)
    models = open_models(load_bundle(tiny), ModelConfig(providers=("tensorrt",)))
    models.warm_up()
    assert models.providers_got == ("cpu", "cpu")
    assert models.missed == ("tensorrt: it is made ready, which takes minutes",)
    planned.set()

    def answers() -> bool:
        models.warm_up()
        return not models.missed

    wait_until(answers, "TensorRT answers")
    assert (models.providers_got, models.faults) == (("tensorrt", "tensorrt"), ())
