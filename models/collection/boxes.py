"""The one rectangle of the collection module: where on a page something lies."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the page; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top

    def holds(self, other: "Box") -> bool:
        """Whether another box lies within this one."""
        return self.united(other) == self

    def united(self, other: "Box") -> "Box":
        """The smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def moved(self, across_px: int, down_px: int) -> "Box":
        """The same box elsewhere."""
        return Box(
            self.left + across_px,
            self.top + down_px,
            self.right + across_px,
            self.bottom + down_px,
        )
