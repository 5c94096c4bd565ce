"""What a sign of life says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from exhibit.operator.desk import Desk

_DAYS = 7
_MOST_LOOKED_AT = 500


def summary_of(desk: Desk) -> str:
    """Return how the table is, and how the week was, in a few lines."""
    state = desk.table.look()
    visits = desk.visits.summary(_DAYS, int(bool(state["engine"]["simulated"])))
    since = (datetime.now(UTC) - timedelta(days=_DAYS)).isoformat()
    faults = [e for e in desk.events.newest(_MOST_LOOKED_AT, "fault") if e["at"] >= since]
    begun = sum(event["what"] == "fault" for event in faults)
    lines = [
        f"The table is: {state['state']}.",
        *(f"  {reason['text']}" for reason in state["reasons"]),
        f"In the last {_DAYS} days: {visits['sheets']} sheets drawn on, {begun} faults.",
    ]
    return "\n".join(lines)
