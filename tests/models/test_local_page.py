"""A page opens in the browser of this machine, and says nothing where there is none."""

import subprocess
import sys

import pytest

pytest.importorskip("fastapi")

from models.local_page import show


@pytest.mark.parametrize("display", ["", ":0"])
def test_show_opens_a_browser_silently_and_only_where_there_is_a_display(
    monkeypatch, display: str
) -> None:
    opened = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr(subprocess, "Popen", lambda command, **how: opened.append((command, how)))
    show("http://127.0.0.1:1/")
    assert [command for command, _ in opened] == (
        [["xdg-open", "http://127.0.0.1:1/"]] if display else []
    )
    assert all(how["stderr"] == how["stdout"] == subprocess.DEVNULL for _, how in opened)
