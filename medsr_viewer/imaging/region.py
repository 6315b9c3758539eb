"""A rectangle of pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Region:
    """Rows ``top`` to ``top + height`` and columns ``left`` to ``left + width``, the ends excluded."""

    top: int
    left: int
    height: int
    width: int

    @classmethod
    def whole(cls, shape: tuple[int, ...]) -> Region:
        """Return the region that covers an array of this shape."""
        return cls(0, 0, shape[0], shape[1])

    @property
    def bottom(self) -> int:
        """One past the last row."""
        return self.top + self.height

    @property
    def right(self) -> int:
        """One past the last column."""
        return self.left + self.width

    @property
    def area(self) -> int:
        """Number of pixels."""
        return self.height * self.width

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the region in an array of rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def scaled(self, factor: int) -> Region:
        """Return the same place in an image `factor` times as large."""
        return Region(self.top * factor, self.left * factor, self.height * factor, self.width * factor)

    def grown(self, margin: int, shape: tuple[int, ...]) -> Region:
        """Return the region with a margin around it, cut at the borders of an array of this shape."""
        grown = Region(self.top - margin, self.left - margin, self.height + 2 * margin, self.width + 2 * margin)
        return grown.intersection(Region.whole(shape))

    def moved(self, rows: int, columns: int) -> Region:
        """Return the region moved down and to the right."""
        return Region(self.top + rows, self.left + columns, self.height, self.width)

    def intersection(self, other: Region) -> Region:
        """Return the common part; its height or width is 0 where there is none."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        return Region(
            top, left, max(0, min(self.bottom, other.bottom) - top), max(0, min(self.right, other.right) - left)
        )

    def intersects(self, other: Region) -> bool:
        """Whether the two have a pixel in common."""
        return self.intersection(other).area > 0
