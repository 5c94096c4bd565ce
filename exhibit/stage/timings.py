"""How regularly the stage shows, and how late: since it began, and lately."""

from __future__ import annotations

from typing import Any

from exhibit.contract.timing import Ring

_FRAMES, _PICTURES = 36_000, 8192
# Half a minute at 60 Hz; some twenty seconds of drawing.
_LATELY_FRAMES, _LATELY_PICTURES = 1800, 256


class Timings:
    """Frames and pictures as they were shown; all times are monotonic seconds.

    What a whole run came to must outlast a bad minute, and an alarm must not wait until a bad
    minute has outweighed a good hour: both are kept.
    """

    def __init__(self) -> None:
        self._intervals, self._latencies = Ring(_FRAMES), Ring(_PICTURES)
        self._lately_intervals = Ring(_LATELY_FRAMES)
        self._lately_latencies = Ring(_LATELY_PICTURES)
        self._began_at: float | None = None
        self._shown_at = 0.0

    def show(self, now: float, captured_at: float | None) -> None:
        """Take in one frame.

        Args:
            now: when it was on the display.
            captured_at: when the camera took what it answers for the first time; None for no
                picture, or one that was shown before.
        """
        if self._began_at is None:
            self._began_at = now
        else:
            interval_ms = 1000 * (now - self._shown_at)
            self._intervals.add(interval_ms)
            self._lately_intervals.add(interval_ms)
        self._shown_at = now
        if captured_at is not None:
            latency_ms = 1000 * (now - captured_at)
            self._latencies.add(latency_ms)
            self._lately_latencies.add(latency_ms)

    def status(self, now: float) -> dict[str, Any]:
        """Return what the stage tells of them."""
        return {
            "frames": self._intervals.count,
            "stage_fps": self._fps(now),
            "stage_interval_ms": self._intervals.percentiles(),
            "camera_to_light_ms": self._latencies.percentiles(),
            "pictures_shown": self._latencies.count,
            "lately": {
                "fps": self._lately_fps(),
                "stage_interval_ms": self._lately_intervals.percentiles(),
                "camera_to_light_ms": self._lately_latencies.percentiles(),
            },
        }

    def _fps(self, now: float) -> float | None:
        frames = self._intervals.count
        if not frames or self._began_at is None or now <= self._began_at:
            return None
        return round(frames / (now - self._began_at), 2)

    def _lately_fps(self) -> float | None:
        mean_ms = self._lately_intervals.mean()
        return round(1000 / mean_ms, 2) if mean_ms else None
