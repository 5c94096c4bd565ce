"""A museum's config.yaml must be refused before the table starts, naming the line to change."""

from pathlib import Path

import pytest

from exhibit.cli import main
from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.expectation import settings_of
from exhibit.contract.settings.file import apply_overrides, load_config, parse_config
from exhibit.contract.settings.schema import Config

ROOT = Path(__file__).parents[4]


def _problems(text: str) -> list[str]:
    config, problems = parse_config(text)
    assert config is None
    return [problem.describe("config.yaml") for problem in problems]


def test_load_config_the_file_in_the_repository_is_valid() -> None:
    config = load_config(ROOT / "config.yaml")
    assert config.calibration == ROOT / "calibration.yaml"
    assert config.model.bundle == "lear"


@pytest.mark.parametrize("text", ["", "# nothing\n", "ink:\n", "camera:\n  # source: auto\n"])
def test_parse_config_empty_file_or_section_gives_defaults(text: str) -> None:
    assert parse_config(text) == (Config(), [])


def test_parse_config_value_out_of_bounds_names_line_key_value_and_bounds() -> None:
    assert _problems("camera:\n  source: auto\n  fps: 600\n") == [
        "config.yaml:3: camera.fps: 600 is not allowed; expected a number from 1 to 240 (Hz)"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("camera:\n  sorce: auto\n", "2: camera.sorce: unknown key; did you mean 'source'?"),
        ("stagee: {}\n", "1: stagee: unknown key; did you mean 'stage'?"),
        ("2026-01-01: x\n", "1: 2026-01-01: unknown key; expected one of camera, ink,"),
    ],
)
def test_parse_config_unknown_key_names_the_nearest(text: str, message: str) -> None:
    assert _problems(text)[0].startswith(f"config.yaml:{message}")


def test_parse_config_several_mistakes_are_listed_in_order_of_line() -> None:
    text = "stage:\n  tint: red\n  rotate: 45\nediting:\n  directions:\n    - {strength: 1}\n"
    lines = [problem.split(":")[1] for problem in _problems(text)]
    assert lines == ["2", "3", "6"]


def test_parse_config_key_given_twice_is_refused() -> None:
    assert _problems("ink:\n  threshold: 0.2\n  threshold: 0.8\n") == [
        "config.yaml:3: ink.threshold: is given twice; expected once"
    ]


@pytest.mark.parametrize(
    "line",
    ['fps: "60"', "fps: true", "fps: .nan", "fps: .inf", "tint: ", "mirror: 1", "width: 1.5"],
)
def test_parse_config_value_of_another_kind_is_not_converted(line: str) -> None:
    assert "is not allowed; expected" in _problems(f"stage:\n  {line}\n")[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "camera: {exposure: 1:50}",
            "camera.exposure: 1:50 is not allowed; expected a whole number",
        ),
        ("camera: {width: 1_000}", "camera.width: 1_000 is not allowed; expected a whole number"),
        ("camera: {exposure: 1e3}", "camera.exposure: 1e3 is not allowed; expected a whole number"),
        (
            "camera: {source: on}",
            "camera.source: on is not allowed; expected text, so it needs quo",
        ),
        ("stage: {fps: .inf}", "stage.fps: .inf is not allowed; expected a number from 5 to 240"),
        ("stage: {mirror: 01}", "stage.mirror: 01 is not allowed; expected true or false"),
        ("on: 3", "on: unknown key; did you mean 'sound'?"),
        ("camera: {exposure: [0150, on]}", "camera.exposure: [0150, on] is not allowed; expected"),
        ("camera: {source: [0150]}", "camera.source: [0150] is not allowed; expected text"),
        ("editing: {directions: {name: on}}", "editing.directions: {name: on} is not allowed"),
        ("0150", "expected sections such as 'camera:', got 0150"),
        ("model: {bundle: }", "model.bundle: nothing is not allowed; expected text"),
    ],
)
def test_parse_config_value_is_told_as_it_stands_in_the_file(text: str, message: str) -> None:
    assert _problems(f"# first line\n{text}\n")[0].startswith(f"config.yaml:2: {message}")


def test_parse_config_colour_that_yaml_takes_for_a_comment_is_told() -> None:
    (problem,) = _problems("stage:\n  tint: #f4e6c8\n")
    assert problem.endswith("; without quotes # begins a comment")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("takehome: {text: 2026}", '"2026"'),
        ("notices: {place: on}", '"on"'),
        ("stage: {tint: 000000}", None),
        ("notices: {mail_to: [on]}", None),
        ("camera: {source: [on]}", None),
    ],
)
def test_parse_config_quotes_are_asked_for_where_they_make_it_right(
    text: str, quoted: str | None
) -> None:
    (problem,) = _problems(text)
    assert ("needs quotes" in problem) == (quoted is not None)
    assert quoted is None or problem.endswith(quoted)


def test_parse_config_list_of_refused_items_is_no_problem_of_its_own() -> None:
    assert _problems("visit: {languages: [no, 0150]}") == [
        "config.yaml:1: visit.languages.0: no is not allowed; expected one of en, nb, da",
        "config.yaml:1: visit.languages.1: 0150 is not allowed; expected one of en, nb, da",
    ]


def test_settings_no_expectation_is_a_pattern_or_empty() -> None:
    for setting in settings_of(Config):
        assert "[^" not in setting.expected, setting.key
        assert "^" not in setting.expected, setting.key
        assert '""' not in setting.expected, setting.key


def test_parse_config_leading_zeros_are_decimal() -> None:
    config, _ = parse_config("camera: {exposure: 0150, gain: 010}\nstage: {rotate: 090}\n")
    assert config is not None
    assert (config.camera.exposure, config.camera.gain, config.stage.rotate) == (150, 10, 90)


POINTS = """\
editing:
  directions:
    - name: a
      modulation:
        points:
          - {at: 09:30, strength: 1}
          - {at: %s, strength: 2}
"""
_POINT = "config.yaml:7: editing.directions.0.modulation.points.1.at"


def test_parse_config_time_without_quotes_is_told_as_it_stands() -> None:
    assert _problems(POINTS % "10:00") == [f'{_POINT}: 10:00 needs quotes; expected "10:00"']


@pytest.mark.parametrize("written", ["25:00", "600", "10.00"])
def test_parse_config_what_is_no_time_names_an_example(written: str) -> None:
    expected = 'expected text like "10:30"'
    assert _problems(POINTS % written)[0].startswith(
        f"{_POINT}: {written} is not allowed; {expected}"
    )


def test_parse_config_what_a_validator_says_reaches_the_reader() -> None:
    assert _problems(POINTS % '"09:30"') == [
        "config.yaml:5: editing.directions.0.modulation.points: 09:30 is listed twice; "
        "expected one strength a time"
    ]
    assert _problems("sound: {hours: [25:00-26:00]}\n") == [
        "config.yaml:1: sound.hours.0: 25:00-26:00 is not allowed; expected hours such as "
        '"10:00-17:00" or "tue-sun 10:00-17:00"'
    ]


@pytest.mark.parametrize(
    "text", ["a: [1\nb: 2", "- camera", "just text", "\x00", "a: !!python/x 1"]
)
def test_parse_config_text_that_is_no_mapping_is_one_problem(text: str) -> None:
    assert len(_problems(text)) == 1


def test_load_config_missing_file_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file or directory; expected a YAML file"):
        load_config(tmp_path / "config.yaml")


def test_apply_overrides_changes_one_key_and_keeps_the_rest() -> None:
    base, _ = parse_config("ink: {threshold: 0.3}\nstage: {fps: 30}\n")
    assert base is not None
    changed = apply_overrides(base, {"ink": {"settle_ms": 300}})
    assert changed.ink.settle_ms == 300
    assert (changed.ink.threshold, changed.stage.fps) == (0.3, 30.0)
    assert base.ink.settle_ms == 400


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"ink": {"settle_m": 3}}, "page: ink.settle_m: unknown key; did you mean 'settle_ms'?"),
        ({"ink": 3}, "page: ink: 3 is not allowed; expected a section"),
        ({"camera": {"source": 0}}, "page: camera.source: 0 is not allowed; expected text"),
        ({"model": {"psi": float("nan")}}, "page: model.psi: NaN is not allowed"),
    ],
)
def test_apply_overrides_bad_layer_is_refused_by_name(
    overrides: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        apply_overrides(Config(), overrides, "page")
    assert str(refused.value).startswith(message)


def test_check_command_bad_file_lists_mistakes_and_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("ink:\n  treshold: 0.5\nmodel:\n  threads: 0\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(path)])
    assert ended.value.code == 2
    errors = capsys.readouterr().err.splitlines()
    assert [line.split(":")[2] for line in errors] == ["2", "4"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("model:\n  bundle: nobody\n", 2, "model.bundle: "),
        (
            "model: {bundle: lear}\nediting:\n  directions:\n    - name: curvature\n"
            "    - name: stippling\n",
            5,
            "editing.directions.1.name: bundle 'lear' has no direction 'stippling'; it has ",
        ),
    ],
)
def test_check_command_opens_the_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, line: int, said: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(path)])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"Error: {path}:{line}: {said}")


def test_check_command_list_names_every_setting_with_its_bounds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", "--list"])
    assert ended.value.code == 0
    listed = capsys.readouterr().out
    assert "stage.fps: 60.0\n" in listed
    assert "Expects a number from 5 to 240 (Hz)." in listed
    assert "supervisor.restart_budget: 20\n" in listed


def test_check_command_sender_who_cannot_be_heard_is_a_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("osc:\n  enabled: true\n  allow:\n    - localhost\n    - 192.168.10.0/24\n")
    main(["check", str(config)], standalone_mode=False)
    said = capsys.readouterr()
    assert "all settings are valid" in said.out
    assert (
        f"Note: {config}:5: osc.allow.1: 192.168.10.0/24 cannot be heard: osc.host 127" in said.err
    )


def test_check_command_opens_the_file_that_is_to_be_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    for source in (config, "nowhere.mp4"):
        config.write_text(f"# a comment\ncamera:\n  source: {source}\n")
        with pytest.raises(SystemExit):
            main(["check", str(config)])
        assert f"{config}:3: camera.source: " in capsys.readouterr().err
