"""Asking before a long run, and remembering the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import QObject, Signal

from medsr_viewer.cancel import CancelToken
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
    """A run on a large image that waits for the user's word."""

    key: RunKey
    estimate: Estimate


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

    def answer_to(self, key: RunKey) -> Answer | None:
        """Return what the user said of a run; None where nobody asked."""
        return self._answers.get(key)

    def forget(self, key: RunKey) -> None:
        """Forget what the user said of a run, so that it is asked again."""
        self._answers.pop(key, None)

    def consider(self, run: LongRun) -> None:
        """Ask the user, unless the run is short however large the image is."""
        if is_long(run.estimate):
            self.asked.emit(run)
        else:
            self.answer(run.key, "whole")

    def answer(self, key: RunKey, answer: Answer) -> None:
        """Take the user's answer."""
        self._answers[key] = answer
        self.decided.emit()


def is_large(request: ComparisonRequest) -> bool:
    """Whether a method's output is so large that the run is estimated first."""
    rows, columns = request.frame.shape[:2]
    factor = request.scale_factor**2 if request.mode == "enhance" else 1
    return rows * columns * factor > LARGE_OUTPUT


def is_long(estimate: Estimate) -> bool:
    """Whether the user is asked: short runs on large images just run."""
    return estimate.seconds > LONG_SECONDS or estimate.memory > MUCH_MEMORY
