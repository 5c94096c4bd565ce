"""What is not there is tried less and less often, and at once where it may have come."""

import os
from pathlib import Path

import pytest

from exhibit.sound import retry
from exhibit.sound.retry import Retry, Signs, signs_of_devices


def _tries(tried: Retry, until: float) -> list[float]:
    found = []
    for tenth in range(round(10 * until)):
        if tried.due(tenth / 10):
            found.append(tenth / 10)
            tried.failed(tenth / 10)
    return found


def test_retry_of_what_never_comes_ends_at_once_a_minute() -> None:
    times = _tries(Retry(lambda: ()), 300.0)
    assert times[:6] == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5]
    assert times[-1] - times[-2] == pytest.approx(60.0)


def test_retry_is_due_once_the_signs_of_devices_change() -> None:
    signs: Signs = (1,)
    tried = Retry(lambda: signs)
    for now in (0.0, 0.5, 1.5, 3.5, 7.5, 15.5):
        tried.failed(now)
    signs = (2,)
    assert not tried.due(15.9)  # something that comes and goes is not tried without end
    assert tried.due(16.0)
    tried.failed(16.0)
    assert not tried.due(17.0)


def test_signs_change_when_a_card_or_a_server_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = tmp_path / "snd"
    monkeypatch.setattr(retry, "_CARDS", cards)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    (tmp_path / "runtime").mkdir()
    seen = [signs_of_devices()]
    cards.mkdir()
    os.utime(cards, ns=(1, 1))
    seen.append(signs_of_devices())
    (cards / "pcmC0D0p").touch()
    seen.append(signs_of_devices())
    (tmp_path / "runtime" / "pulse").mkdir()
    seen.append(signs_of_devices())
    assert len(set(seen)) == 4
    assert signs_of_devices() == seen[-1]
