import pytest

from exhibit.stage.mode import Mode, Orders, choose_mode


@pytest.mark.parametrize(
    ("orders", "has_picture", "idle", "expected"),
    [
        (Orders(), False, False, Mode.ATTRACT),
        (Orders(), True, False, Mode.PICTURE),
        (Orders(), True, True, Mode.ATTRACT),
        (Orders(freeze=True), False, True, Mode.FROZEN),
        (Orders(freeze=True, blank=True), True, False, Mode.BLANK),
    ],
)
def test_choose_mode_prefers_orders_then_pictures(
    orders: Orders, has_picture: bool, idle: bool, expected: Mode
) -> None:
    assert choose_mode(orders, has_picture, idle) is expected
