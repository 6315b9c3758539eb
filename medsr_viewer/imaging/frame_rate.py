"""How fast the frames of a file are meant to be shown (PS3.3 C.7.6.5, Cine Module)."""

from __future__ import annotations

from typing import Any

from medsr_viewer.imaging.elements import number, numbers


def read_frame_rate(ds: Any) -> float | None:
    """Return frames a second; None where the file does not say.

    Recommended Display Frame Rate (0008,2144) says how to show them, Cine Rate (0018,0040) and Frame Time (0018,1063)
    or Frame Time Vector (0018,1065), in ms, how they were acquired.

    Parameters
    ----------
    ds : Dataset
        The file's header.
    """
    for keyword in ("RecommendedDisplayFrameRate", "CineRate"):
        rate = number(ds, keyword)
        if rate is not None and rate > 0:
            return rate
    frame_time = number(ds, "FrameTime")
    if frame_time is not None and frame_time > 0:
        return 1000 / frame_time
    steps = [step for step in numbers(ds, "FrameTimeVector")[1:] if step > 0]  # the first frame has no step before it
    return 1000 * len(steps) / sum(steps) if steps else None
