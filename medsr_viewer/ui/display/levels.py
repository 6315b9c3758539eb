"""The levels of a picture: the image and its halved copies, each with its mask. Pure numpy: safe in a worker."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medsr_viewer.imaging.frame import BoolArray, FloatArray
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.pyramid import halve, halved_region, halved_shape


class Levels:
    """Halved copies, made as far as they are needed and changed in place.

    Parameters
    ----------
    pixels : ndarray
        (H, W) or (H, W, 3) float32: level 0. Not copied.
    valid : ndarray or None
        (H, W) bool; None: every pixel is valid.
    """

    def __init__(self, pixels: FloatArray, valid: BoolArray | None) -> None:
        self.values: list[FloatArray] = [pixels]
        self.valid: list[BoolArray | None] = [valid]

    def extend(self, count: int, arrived: Sequence[Region] | None) -> None:
        """Make the copies up to a number of levels: of the whole image (None), or of the regions that are there."""
        while len(self.values) < count:
            above, mask = self.values[-1], self.valid[-1]
            # A growing picture's copies start empty (no memory is touched) and are filled by the regions that arrived.
            if arrived is None:
                values, valid = halve(above, mask)
            else:
                values = np.zeros(halved_shape(above.shape), np.float32)
                valid = None if mask is None else np.zeros(halved_shape(mask.shape), np.bool_)
            self.values.append(values)
            self.valid.append(valid)
            for region in arrived or ():
                self._refresh_level(region, len(self.values) - 1)

    def refresh(self, region: Region) -> None:
        """Make the copies of a region of level 0 again, where there are copies."""
        for index in range(1, len(self.values)):
            self._refresh_level(region, index)

    def with_mask(self, valid: BoolArray, arrived: Sequence[Region] | None) -> Levels:
        """Return as many levels of the same pixels, with masks; these here stay as they are."""
        masked = Levels(self.values[0], valid)
        masked.extend(len(self.values), arrived)
        return masked

    def _refresh_level(self, region: Region, index: int) -> None:
        for _ in range(index - 1):
            region = halved_region(region)
        target = halved_region(region)
        source = Region(target.top * 2, target.left * 2, target.height * 2, target.width * 2)
        mask = self.valid[index - 1]
        values, valid = halve(self.values[index - 1][source.slices], None if mask is None else mask[source.slices])
        self.values[index][target.slices] = values
        if valid is not None and (whole := self.valid[index]) is not None:
            whole[target.slices] = valid
