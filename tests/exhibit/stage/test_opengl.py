"""OpenGL must show what software shows, or a table would have to be judged anew.

Mesa's rasteriser stands in for a graphics card, on an X server without a screen.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from exhibit.contract.calibration import Calibration
from exhibit.contract.settings.schema import StageConfig
from exhibit.stage.notice import Notice
from exhibit.stage.opened import Sheet, open_stage
from exhibit.stage.placement import Placement, place
from exhibit.stage.renderer import Renderer, RendererError
from exhibit.stage.software import Software
from exhibit.stage.window import Window
from tests.exhibit.stage.test_mount import KEYSTONE, TURNED
from tests.exhibit.stage.test_placement import calibrated

opengl = pytest.importorskip("exhibit.stage.opengl", exc_type=ImportError)
pytestmark = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")

SIZE = (640, 400)
KEEPS = {"renderer": "opengl", "mirror": False, "width": SIZE[0], "height": SIZE[1]}
TINTED = {"saturation": 0.8, "contrast": 1.2, "brightness": 0.1, "invert": True}
LABEL = np.full((40, 60), 120, np.uint8)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1024x24", "-noreset"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        yield f":{told.readline().strip()}"
    server.terminate()
    server.wait()


@pytest.fixture
def on_display(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
    monkeypatch.setenv("LIBGL_ALWAYS_SOFTWARE", "1")
    # What an X error does to the process is tried elsewhere.
    monkeypatch.setattr("exhibit.stage.window.end_when_lost", lambda: None)


def drawing(seed: int, side: int = 96, colour: bool = False) -> np.ndarray:
    random = np.random.default_rng(seed)
    picture = np.full((side, side, 3) if colour else (side, side), 255, np.uint8)
    for x, y, dx, dy in random.integers(0, side, (30, 4)).tolist():
        ink = (30, 90, 200) if colour else (30,)
        cv2.line(picture, (x, y), (dx, dy), ink, 1, cv2.LINE_AA)
    return picture


class Both:
    """OpenGL and software, asked for the same."""

    def __init__(self, window: Window, placement: Placement, config: StageConfig) -> None:
        self.card: Renderer = opengl.OpenGL(window, placement, config)
        self.software = Software(Sheet(window.size), placement, config)
        self.at = 0.0

    def fade(self, pixels: np.ndarray, begins: float, at: float, labelled: bool = False) -> None:
        self.at = at
        for one in (self.card, self.software):
            one.fade_to(pixels, labelled, begins, 1.0)
            while one.is_coming:
                one.go_on(begins)
            one.compose(at)

    def apart(self, notice: Notice | None = None) -> int:
        for one in (self.card, self.software):
            one.compose(self.at, notice)
        card, software = (one.seen(SIZE[0]).astype(int) for one in (self.card, self.software))
        assert software.std() > 1
        return int(np.abs(card - software).max())


@pytest.fixture(params=["plain", "keystone", "turned"])
def both(request: pytest.FixtureRequest, on_display: None) -> Iterator[Both]:
    where = {"plain": None, "keystone": KEYSTONE, "turned": TURNED}[request.param]
    config = StageConfig.model_validate(KEEPS)
    calibration = Calibration() if where is None else calibrated(where)
    window = Window(config, "windowed", "opengl")
    yield Both(window, place(*SIZE, config, calibration), config)
    window.close()


def test_opengl_shows_the_picture_of_the_software_in_and_after_fades(both: Both) -> None:
    both.fade(drawing(1), 1.0, 1.3)
    assert both.apart() <= 2
    both.fade(drawing(2), 1.3, 1.8)
    part = drawing(2)
    part[10:20, 30:60] = 0
    both.fade(part, 1.8, 2.1)
    assert both.apart() <= 2
    both.fade(part, 3.0, 5.0)
    assert both.apart() <= 2


def test_opengl_shows_large_small_and_coloured_pictures_after_each_other(both: Both) -> None:
    pictures = [drawing(1), drawing(2, 16), drawing(3, colour=True), drawing(4, 512), drawing(5)]
    for number, pixels in enumerate(pictures):
        both.fade(pixels, float(number), number + 0.6)
        assert both.apart() <= 2, number


def test_opengl_gives_light_as_the_software(both: Both) -> None:
    both.fade(drawing(1), 1.0, 1.4)
    config = StageConfig.model_validate(KEEPS | TINTED)
    for one in (both.card, both.software):
        one.colour(config, 0.7)
    assert both.apart() <= 2


def test_opengl_hangs_labels_and_notices_as_the_software(both: Both) -> None:
    notice = Notice(SIZE)
    notice.set(["password: abc"], StageConfig(mirror=False))
    for one in (both.card, both.software):
        one.label(LABEL)
    both.fade(drawing(1), 1.0, 1.4, labelled=True)
    for one in (both.card, both.software):
        one.colour(StageConfig.model_validate(KEEPS), 1.0)
    assert both.apart(notice) <= 2
    both.fade(drawing(1), 2.0, 4.0, labelled=False)
    for one in (both.card, both.software):
        one.colour(StageConfig.model_validate(KEEPS), 1.0)
    assert both.apart() <= 2


def test_opengl_hangs_elsewhere_and_covers_as_the_software(both: Both) -> None:
    both.fade(drawing(1), 1.0, 3.0)
    turned = StageConfig.model_validate(KEEPS | {"rotate": 90})
    for one in (both.card, both.software):
        one.hang(place(*SIZE, turned, Calibration()))
    assert both.apart() <= 2
    pattern = np.random.default_rng(1).integers(0, 256, (SIZE[1], SIZE[0])).astype(np.uint8)
    both.card.cover(pattern)
    assert np.array_equal(both.card.seen(SIZE[0])[..., 1], pattern)


def test_opengl_very_large_window_is_looked_up_as_coarsely(on_display: None) -> None:
    config = StageConfig.model_validate(KEEPS)
    window = Window(config, "windowed", "opengl")
    large = [(x * 5, y * 5) for x, y in KEYSTONE]
    placement = place(*SIZE, config, calibrated(large))
    both = Both(window, placement, config)
    both.fade(drawing(1, 512), 1.0, 1.5)
    assert both.apart() <= 2
    window.close()


def test_opengl_has_no_thread_of_less_precedence_than_the_stage(both: Both) -> None:
    """A process that is ended waits for all of its threads, for one of niceness 19 very long."""
    both.fade(drawing(1), 1.0, 3.0)
    both.card.show(True)
    tasks = Path("/proc/self/task").iterdir()
    niceness = [os.getpriority(os.PRIO_PROCESS, int(task.name)) for task in tasks]
    assert max(niceness) <= os.getpriority(os.PRIO_PROCESS, os.getpid())


def test_opengl_that_reads_back_nothing_is_a_named_error(both: Both) -> None:
    both.fade(drawing(1), 1.0, 3.0)
    both.card._draw = lambda *_: None  # type: ignore[attr-defined]
    with pytest.raises(RendererError, match="does not come back"):
        both.card.seen(SIZE[0])


def test_opengl_shader_that_does_not_compile_leaves_it_to_the_software(
    on_display: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.frag"
    broken.write_text("void main() { nonsense }", "utf-8")
    monkeypatch.setattr(opengl, "_FRAGMENT", broken)
    opened = open_stage(tmp_path, StageConfig.model_validate(KEEPS), "windowed", Calibration())
    assert opened.renderer.name == "software"
    assert "stage.renderer: software composes, for OpenGL failed" in opened.complaint
    opened.window.close()


def test_opengl_asked_for_is_used_and_a_rasteriser_is_no_card_to_auto(
    on_display: None, tmp_path: Path
) -> None:
    opened = open_stage(tmp_path, StageConfig.model_validate(KEEPS), "windowed", Calibration())
    assert (opened.renderer.name.startswith("opengl"), opened.complaint) == (True, "")
    opened.window.close()
    opened.ended_well()
    auto = StageConfig.model_validate(KEEPS | {"renderer": "auto"})
    opened = open_stage(tmp_path, auto, "windowed", Calibration())
    assert opened.renderer.name == "software"
    assert "is no graphics card" in opened.complaint
    opened.window.close()
