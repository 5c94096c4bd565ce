"""The weekly sign of life says how the table is, not only that it is."""

from exhibit.operator.desk import Desk
from exhibit.operator.summary import summary_of


def test_summary_says_how_the_table_is(desk: Desk) -> None:
    desk.events.add("fault", text="x")
    text = summary_of(desk)
    assert "The table is: " in text
    assert "0 sheets drawn on, 1 faults" in text
