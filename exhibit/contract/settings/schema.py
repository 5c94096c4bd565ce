"""The schema of `config.yaml`: the one place for defaults, bounds, units and descriptions.

Fields marked live may change while the table runs: the operator's overrides replace the frozen
`Config` as a whole, and every stage reads its own section of the newest one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from exhibit.contract.settings.addresses import Addresses, Host, Target
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.settings.mqtt import MqttConfig
from exhibit.contract.settings.notices import NoticesConfig
from exhibit.contract.settings.operator import OperatorConfig
from exhibit.contract.settings.section import Section
from exhibit.contract.settings.section import live as _live
from exhibit.contract.settings.sound import SoundConfig
from exhibit.contract.settings.taking_home import TakehomeConfig
from exhibit.contract.settings.tokens import TokensConfig

_OCTET = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
_LOOPBACK = rf"^(localhost|127\.{_OCTET}\.{_OCTET}\.{_OCTET})$"


class InkConfig(Section):
    """How frames become ink."""

    light: Literal["infrared", "visible"] = "infrared"
    """`infrared` for the table, `visible` for an ordinary webcam and a sheet on a desk."""
    polarity: Literal["auto", "dark", "bright"] = Field("auto", json_schema_extra=_live())
    """How a hand looks on paper: dark (light from above), bright (light from below), or auto."""
    threshold: float = Field(0.5, ge=0, le=1, json_schema_extra=_live())
    """Sensitivity to faint lines: 0 takes only the blackest ink, 1 takes every trace."""
    despeckle: float = Field(1.0, ge=0, le=10, json_schema_extra=_live("line widths"))
    """Specks shorter than this many line widths are dropped."""
    settle_ms: int = Field(400, ge=0, le=5000, json_schema_extra=_live("ms"))
    """Ink counts once it has been still and uncovered this long, a clear stroke after a seventh."""
    answer: Literal["settled", "live"] = Field("settled", json_schema_extra=_live())
    """Which ink the picture answers: settled (calm) or live (follows every frame)."""


class ModelConfig(Section):
    """Which bundle answers, and how."""

    bundle: str = "lear"
    """Name of a bundle in models/bundles/, or a path to a bundle's folder."""
    fallback: str = "lear"
    """The bundle that answers where `bundle` cannot be opened; empty for none."""
    providers: tuple[Literal["tensorrt", "cuda", "cpu"], ...] = ()
    """ONNX Runtime providers in order of preference; empty takes the best that the machine has. One
    that is named and cannot be had is told on the page, as is TensorRT while it plans."""
    threads: int = Field(2, ge=1, le=64)
    """Processor cores that draw at the same time, of those that the table may use."""
    psi: float = Field(1.0, ge=0, le=1.5, json_schema_extra=_live())
    """How far answers may be from each other: 1 leaves every answer as it is, 0 always gives the
    collection's average drawing."""
    auto_psi: bool = Field(True, json_schema_extra=_live())
    """Bring an answer that is unlike anything in the collection back towards its average."""
    follow: float = Field(1.0, ge=0, le=1, json_schema_extra=_live())
    """0 draws only what the lines remind of, 1 keeps to every line."""
    recall: float = Field(1.0, ge=0, le=1, json_schema_extra=_live())
    """How much the table sees of the drawing that it recalls: 0 answers the ink alone."""


class SchedulePoint(Section):
    """A strength at a time of day."""

    at: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["10:30"])
    """Local time in quotes, such as "09:30"."""
    strength: float = Field(ge=-1000, le=1000)
    """Added to the direction's own strength then, in units of w; in between it moves evenly."""


class ModulationConfig(Section):
    """How a direction's strength moves by itself."""

    kind: Literal[
        "none",
        "sine",
        "random_walk",
        "coverage",
        "pen_speed",
        "sound_level",
        "sound_onset",
        "schedule",
    ] = "none"
    """What drives the strength."""
    depth: float = Field(0.0, ge=0, le=100)
    """Largest change of the strength, in units of w; a schedule has its own."""
    period_s: float = Field(20.0, gt=0, le=3600, json_schema_extra={"unit": "s"})
    """Period of the sine, or time constant of the random walk."""
    points: tuple[SchedulePoint, ...] = Field((), max_length=48)
    """Strengths of a schedule by time of day; the last goes on to the first past midnight."""

    @field_validator("points")
    @classmethod
    def _refuse_times_twice(cls, points: tuple[SchedulePoint, ...]) -> tuple[SchedulePoint, ...]:
        times = [point.at for point in points]
        for at in times:
            if times.count(at) > 1:
                raise ValueError(f"{at} is listed twice; expected one strength a time")
        return points


class DirectionConfig(Section):
    """One semantic direction in use."""

    name: str
    """Name of a direction in the bundle."""
    strength: float = Field(0.0, ge=-1000, le=1000)
    """Distance moved along the unit direction, in units of w or of the map; 0 is unchanged."""
    layers: tuple[Annotated[int, Field(ge=0, le=17)], ...] = ()
    """Rows of w_plus that move; empty means the ones stored with the direction."""
    part: str = Field("", max_length=100)
    """Where an appearance is added: `ink` (what the visitor has drawn), `around`, `everywhere`, or
    a part of the bundle; empty means the one stored with it."""
    modulation: ModulationConfig = ModulationConfig()
    """How the strength moves by itself."""


class EditingConfig(Section):
    """Which directions move the code."""

    directions: tuple[DirectionConfig, ...] = Field((), json_schema_extra=_live())
    """Directions in use, all at once."""
    only_figure: bool = Field(False, json_schema_extra=_live())
    """Draw only within what the visitor has drawn: what the hand adds around it is left away."""
    ease_s: float = Field(0.6, ge=0, le=30, json_schema_extra=_live("s"))
    """Directions and variety take about three times this long to reach a new value."""


class StageConfig(Section):
    """The projected window."""

    display: int = Field(0, ge=0, le=15)
    """Index of the display that is the projector."""
    fps: float = Field(60.0, ge=5, le=240, json_schema_extra={"unit": "Hz"})
    """How often the projector gets a picture; its own rate, 60 for most."""
    width: int = Field(1280, ge=64, le=7680, json_schema_extra={"unit": "px"})
    """Width of the stage when windowed or headless; full screen takes the display's own."""
    height: int = Field(800, ge=64, le=4320, json_schema_extra={"unit": "px"})
    """Height of the stage when windowed or headless."""
    renderer: Literal["software", "auto", "opengl"] = "software"
    """Who composes the stage: the processor, the graphics card where there is one, or OpenGL
    wherever it is. What OpenGL cannot do is done in software, and the stage says why."""
    crossfade_ms: int = Field(250, ge=0, le=10000, json_schema_extra=_live("ms"))
    """Time from the shown picture to the next."""
    contrast: float = Field(1.0, ge=0, le=4, json_schema_extra=_live())
    """Contrast about mid-grey; 1 is unchanged."""
    brightness: float = Field(0.0, ge=-1, le=1, json_schema_extra=_live())
    """Added to the picture; 0 is unchanged."""
    saturation: float = Field(0.0, ge=0, le=1, json_schema_extra=_live())
    """How much of `tint` colours the picture; 0 is grey."""
    tint: str = Field("#f4e6c8", pattern=r"^#[0-9a-fA-F]{6}$", json_schema_extra=_live())
    """Colour of the paper at full saturation."""
    invert: bool = Field(False, json_schema_extra=_live())
    """Off draws dark on light, as on paper."""
    mirror: bool = Field(True, json_schema_extra=_live())
    """On for a projector below the table, off for one above."""
    rotate: Literal[0, 90, 180, 270] = Field(0, json_schema_extra=_live("°"))
    """Clockwise, for a projector that hangs on its side or upside down."""
    attract_after_s: float = Field(20.0, ge=0.5, le=3600, json_schema_extra=_live("s"))
    """The attract loop begins when there has been no sheet or ink this long."""
    stale_after_s: float = Field(1.5, ge=0.2, le=60, json_schema_extra=_live("s"))
    """The attract loop begins when the engine has sent no sign of life this long."""


class VisitConfig(Section):
    """The visitor's minute: what invites to draw, and what stays when the sheet is gone."""

    invitation: bool = Field(True, json_schema_extra=_live())
    """Invite in words, beside the drawings that the attract loop draws."""
    drawings: str = ""
    """File of drawings that the attract loop draws in place of the bundle's, such as the
    `loop.npz` of `models diffuse attract`."""
    languages: tuple[Literal["en", "nb", "da"], ...] = Field(
        ("en",), min_length=1, max_length=3, json_schema_extra=_live()
    )
    """Languages of the invitation, from the catalogue of the page's texts."""
    linger_s: float = Field(4.0, ge=0, le=120, json_schema_extra=_live("s"))
    """The last picture stays this long when its sheet is taken away."""
    fade_s: float = Field(3.0, ge=0.5, le=30, json_schema_extra=_live("s"))
    """Time in which it fades then."""
    label: bool = Field(False, json_schema_extra=_live())
    """Show the real drawing nearest to the answer beside it, with its title, book and year."""


class WebConfig(Section):
    """The stage as live pictures in a browser, when there is no display."""

    host: str = Field("127.0.0.1", pattern=_LOOPBACK)
    """Address of this machine alone to serve on: whoever reaches it sees the camera without a
    login. The network gets the same pictures from the operator's page."""
    port: int = Field(8080, ge=0, le=65535)
    """Port to serve on; 0 takes a free one."""


class OscConfig(Section):
    """Open Sound Control, so that a lighting desk or a patch can take part."""

    enabled: bool = False
    """Take messages, and send them to `send_to`."""
    host: Host = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(9000, ge=0, le=65535)
    """UDP port to listen on; 0 takes a free one."""
    allow: tuple[Addresses, ...] = ("127.0.0.1",)
    """Addresses and networks that messages are taken from, such as 192.168.10.0/24."""
    send_to: tuple[Target, ...] = ()
    """Addresses and ports that messages are sent to, such as 127.0.0.1:9001."""


class SupervisorConfig(Section):
    """How processes are watched and restarted."""

    heartbeat_timeout_s: float = Field(5.0, ge=0.5, le=120, json_schema_extra={"unit": "s"})
    """A process that showed no life this long is killed and restarted."""
    backoff_min_s: float = Field(0.2, ge=0.05, le=60, json_schema_extra={"unit": "s"})
    """Wait before the first restart."""
    backoff_max_s: float = Field(5.0, ge=0.1, le=600, json_schema_extra={"unit": "s"})
    """However often a process has ended, it is started again after this."""
    restart_budget: int = Field(20, ge=1, le=1000)
    """Restarts of one process within `restart_window_s` before the supervisor gives up."""
    restart_window_s: float = Field(600.0, ge=1, le=86400, json_schema_extra={"unit": "s"})
    """How far back restarts are counted against the budget."""
    memory_limit_mb: float = Field(800.0, ge=100, le=1e6, json_schema_extra={"unit": "MB"})
    """A process that takes more is ended and started again; one that is well takes 40 to 150."""
    engine_memory_limit_mb: float = Field(4000.0, ge=300, le=1e6, json_schema_extra={"unit": "MB"})
    """The same for the engine, which takes 300 on the processor, and more with a graphics card."""


class Config(Section):
    """Everything a museum chooses."""

    camera: CameraConfig = CameraConfig()
    ink: InkConfig = InkConfig()
    model: ModelConfig = ModelConfig()
    editing: EditingConfig = EditingConfig()
    stage: StageConfig = StageConfig()
    visit: VisitConfig = VisitConfig()
    web: WebConfig = WebConfig()
    operator: OperatorConfig = OperatorConfig()
    osc: OscConfig = OscConfig()
    mqtt: MqttConfig = MqttConfig()
    sound: SoundConfig = SoundConfig()
    tokens: TokensConfig = TokensConfig()
    takehome: TakehomeConfig = TakehomeConfig()
    notices: NoticesConfig = NoticesConfig()
    supervisor: SupervisorConfig = SupervisorConfig()
    calibration: Path = Path("calibration.yaml")
    """The file that `calibrate` writes; without it the whole frame is the sheet, the whole window
    the picture."""
    state_dir: Path = Path("state")
    """The one writable folder: overrides, visits, logs, secrets of the page."""
