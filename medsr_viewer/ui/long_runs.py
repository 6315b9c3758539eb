"""Asking before a long run, and remembering the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import QObject, Signal

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.state import ImageKey
from medsr_viewer.upscaling.upscaler import Begun, plan_tiles
from medsr_viewer.workflows.compare import ComparisonRequest
from medsr_viewer.workflows.estimate import Estimate

Answer: TypeAlias = Literal["whole", "visible", "nothing"]

LARGE_OUTPUT = 16_000_000
"""Pixels a method above which the run is estimated first."""
LONG_SECONDS = 20.0
MUCH_MEMORY = 2 << 30


Estimator: TypeAlias = Callable[[ComparisonRequest, tuple[int, ...], CancelToken], Estimate]


@dataclass(frozen=True)
class RunKey:
    """What an answer holds for."""

    series_uid: str
    mode: str
    scale_factor: int
    device: str
    precision: str
    methods: tuple[str, ...]


@dataclass(frozen=True)
class LongRun:
    """A run on a large image that waits for the user's word.

    Parameters
    ----------
    key : RunKey
        What the answer will hold for.
    estimate : Estimate
        Of what is to be computed.
    within : Region or None
        What has come into view, in pixels of the input, after the user had chosen the visible region alone; None: the
        whole image.
    goes_on : bool
        Whether a part is there already.
    """

    key: RunKey
    estimate: Estimate
    within: Region | None = None
    goes_on: bool = False

    @property
    def text(self) -> str:
        """What is asked about."""
        if self.within is not None:
            return f"More is visible now than the part that you chose. The rest of it is {self.estimate.text}"
        return f"The rest of it is {self.estimate.text}" if self.goes_on else self.estimate.text

    @property
    def answers(self) -> tuple[tuple[str, Answer], ...]:
        """What can be answered, each with its label."""
        if self.within is not None:
            return ("Go on", "visible"), ("Keep the part", "nothing")
        return ("Whole image", "whole"), ("Visible region alone", "visible"), ("Cancel", "nothing")


@dataclass
class _Part:
    """How far a run goes that the user cut to the visible region: a region of the input, and of which image."""

    agreed: tuple[ImageKey, Region] | None = None
    too_long: Region | None = None
    """What cannot be computed without the user's word."""
    may_ask: bool = True


class LongRuns(QObject):
    """Knows which long runs the user wants whole, in part, or not.

    Parameters
    ----------
    estimator : callable, optional
        Called in the worker's thread; without one nothing is asked.
    parent : QObject, optional
        Owner.
    """

    asked = Signal(object)
    """LongRun."""
    decided = Signal()

    def __init__(self, estimator: Estimator | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.estimator = estimator
        self._answers: dict[RunKey, Answer] = {}
        self._parts: dict[RunKey, _Part] = {}

    def answer_to(self, key: RunKey) -> Answer | None:
        """Return what the user said of a run; None where nobody asked."""
        return self._answers.get(key)

    def forget(self, key: RunKey) -> None:
        """Forget what the user said of a run, so that it is asked again."""
        self._answers.pop(key, None)
        self._parts.pop(key, None)

    def consider(self, run: LongRun) -> None:
        """Ask the user, unless the run is short however large the image is."""
        if run.within is not None:
            self._consider_part(run, run.within)
        elif is_long(run.estimate):
            self.asked.emit(run)
        else:
            self.answer(run.key, "whole")

    def answer(self, key: RunKey, answer: Answer) -> None:
        """Take the user's answer."""
        if answer == "nothing" and self._answers.get(key) == "visible":
            self._part(key).may_ask = False  # what was chosen before still holds
        else:
            self._answers[key] = answer
            self._parts.pop(key, None)
        self.decided.emit()

    def part(self, key: RunKey) -> tuple[ImageKey, Region] | None:
        """Return how far a run goes that was cut to the visible region: of which image, and which part of the input."""
        return self._part(key).agreed

    def set_part(self, key: RunKey, image: ImageKey, region: Region) -> None:
        """Take a region of the input for the one that was meant by "visible"."""
        self._part(key).agreed = image, region

    def is_too_long(self, key: RunKey, region: Region) -> bool:
        """Whether going on to this region was found to need the user's word."""
        return self._part(key).too_long == region

    def _consider_part(self, run: LongRun, region: Region) -> None:
        part = self._part(run.key)
        if is_long(run.estimate):
            part.too_long = region
            if part.may_ask:
                self.asked.emit(run)
        elif part.agreed is not None:
            part.agreed = part.agreed[0], region
        self.decided.emit()

    def _part(self, key: RunKey) -> _Part:
        return self._parts.setdefault(key, _Part())


def is_large(request: ComparisonRequest) -> bool:
    """Whether so much of a method's output is still to be computed that the run is estimated first."""
    rows, columns = request.frame.shape[:2]
    scale = request.scale_factor
    shape = (rows, columns) if request.mode == "enhance" else (rows // scale, columns // scale)
    left = (_pixels_left(shape, scale, request.within, request.begun.get(one.name)) for one in request.methods)
    return max(left, default=0) > LARGE_OUTPUT


def is_long(estimate: Estimate) -> bool:
    """Whether the user is asked: short runs on large images just run."""
    return estimate.seconds > LONG_SECONDS or estimate.memory > MUCH_MEMORY


def _pixels_left(shape: tuple[int, int], scale_factor: int, within: Region | None, begun: Begun | None) -> int:
    if within is not None:
        return sum(tile.area for tile in plan_tiles(shape, scale_factor, within, begun)[0]) * scale_factor**2
    # All tiles of a large image take long to lay out, and together they are the image.
    done = sum(part.area for part in begun.computed) if begun is not None else 0
    return shape[0] * shape[1] * scale_factor**2 - done
