"""Where an attribute of one frame stands: in the frame's functional group, in the shared one, or at the top level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medsr_viewer.imaging.elements import first_item, items


class FrameHeader:
    """The header as it holds for one frame (PS3.3 C.7.6.16).

    Parameters
    ----------
    header : pydicom Dataset
        The file's header.
    index : int
        The frame, from 0.
    """

    def __init__(self, header: Any, index: int) -> None:
        self.header = header
        self._own = next((item for at, item in enumerate(_per_frame(header)) if at == index), None)
        self._shared = first_item(header, "SharedFunctionalGroupsSequence")

    def macro(self, sequence: str, keyword: str) -> Any:
        """Return the data set that holds a macro's attribute for this frame.

        Parameters
        ----------
        sequence : str
            Keyword of the macro's sequence, such as "PixelMeasuresSequence".
        keyword : str
            An attribute that decides whether the macro's item is the one.

        Returns
        -------
        pydicom Dataset
            The item of this frame's group, else of the shared group, else the header itself.
        """
        for group in (self._own, self._shared):
            item = first_item(group, sequence) if group is not None else None
            if item is not None and keyword in item:
                return item
        return self.header


def _per_frame(header: Any) -> Iterator[Any]:
    return items(header, "PerFrameFunctionalGroupsSequence")
