"""Why a table is not as it should be: a code the page has advice for, and the words.

Whatever a process says of itself, and that it says nothing, stands here; nothing is left to be
found in a log alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Reason = dict[str, str]
Status = Mapping[str, Any]

# What the engine noticed and somebody should look after; visitors are still answered.
_NOTICES = {
    "object_left": "something has been left on the paper: {where}",
    "calibration_drift": "camera or table have moved by {where} since they were calibrated",
    "light_dead": "a light below the table is dead: the paper is dark in {where}",
    "pictures_slow": "a picture takes {where}: too slow to answer whoever draws",
    "bundle_changed": "the bundle on the disk is no longer the one that answers: {where}",
    "mark_moved": "a mark in the table's border has been moved: {where}",
    "marks_unseen": "marks in the table's border are not seen: {where}",
}
_SILENT = {
    "stage": ("stage_silent", "the stage shows no sign of life"),
    "engine": ("engine_silent", "the engine shows no sign of life"),
    "sound": ("sound_silent", "the sound's process shows no sign of life"),
    "takehome": ("takehome_silent", "the process that prints shows no sign of life"),
    "web": ("web_fault", "the stage in the browser shows no sign of life"),
    "operator": ("operator_fault", "the operator's page shows no sign of life"),
    "supervisor": (
        "supervisor_fault",
        "the supervisor shows no sign of life: what ends now is not started again",
    ),
}
# Both are always part of a table; the others are where the supervisor says so.
_ALWAYS = ("stage", "engine")


def reasons_of(
    statuses: Mapping[str, Status], alive: Mapping[str, bool], processes: Mapping[str, Status]
) -> list[Reason]:
    """Return what is not as it should be.

    Args:
        statuses: what each process says of itself, by name; empty where it says nothing.
        alive: which of them show signs of life.
        processes: what the supervisor says of their lives.
    """
    apart = statuses["supervisor"].get("apart", ())
    others = (n for n in (*processes, *apart) if n not in _ALWAYS)
    known = (*_ALWAYS, *(n for n in others if not is_off(processes, n)), "supervisor")
    reasons = [
        _silent(name, processes.get(name, {}))
        for name in known
        if name in _SILENT and not alive[name]
    ]
    reasons += _of_engine(statuses["engine"])
    for name in ("stage", "web", "operator", "supervisor"):
        reasons += [_reason(f"{name}_fault", str(t)) for t in statuses[name].get("faults", ())]
    for name in ("supervisor", "sound", "takehome"):
        told = statuses[name].get("notices", ())
        reasons += [_reason(str(n["code"]), str(n["text"])) for n in told]
    state = statuses["stage"].get("state")
    if state in ("frozen", "blank"):
        reasons.append(_reason(f"stage_{state}", f"the stage is {state}"))
    return reasons


def is_off(processes: Mapping[str, Status], name: str) -> bool:
    """Return whether settings leave a process out, or it was turned on just now."""
    return bool(processes.get(name, {}).get("off"))


def _silent(name: str, process: Status) -> Reason:
    code, text = _SILENT[name]
    last = [str(process[key]) for key in ("last_exit", "last_words") if process.get(key)]
    return _reason(code, f"{text}; it ended with {', '.join(last)}" if last else text)


def _of_engine(engine: Status) -> Iterator[Reason]:
    lost = engine.get("state") == "degraded"
    for text in engine.get("faults", ()):
        if text == engine.get("refused"):
            # It goes on as before; somebody asked for what cannot be had.
            yield _reason("engine_refused", str(text))
            continue
        yield _reason("camera_lost" if lost else "engine_fault", str(text))
        lost = False
    for notice in engine.get("notices", ()):
        code = str(notice["code"])
        yield _reason(code, _NOTICES[code].format(where=notice["where"]))
    left_out = ", ".join(str(name) for name in engine.get("providers_left_out", ()))
    if left_out and engine.get("provider") == "cpu":
        yield _reason("on_cpu", f"pictures are made on the processor, without {left_out}")


def _reason(code: str, text: str) -> Reason:
    return {"code": code, "text": text}
