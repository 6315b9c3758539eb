"""Rating scales: what an observer may answer, and the word that stands for each value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from medsr_viewer.survey.design import Question


@dataclass(frozen=True)
class Scale:
    """A categorical scale.

    Parameters
    ----------
    name : str
        What designs call it.
    labels : tuple of str
        From value 1 on, upwards.

    Notes
    -----
    The greatest value is always the best. Observers of a published survey ranked instead (1 = best), so the words and
    the direction stay on screen while images are rated.
    """

    name: str
    labels: tuple[str, ...]

    @property
    def values(self) -> range:
        """From 1 to the number of labels."""
        return range(1, len(self.labels) + 1)

    @property
    def best(self) -> int:
        """The value that stands for the best: the last."""
        return len(self.labels)

    def label(self, value: int) -> str:
        """Return the word for a value.

        Raises
        ------
        ValueError
            If the scale has no such value.
        """
        if value not in self.values:
            raise ValueError(f"{value} is not on the scale {self.name}: 1 to {self.best}")
        return self.labels[value - 1]

    def word(self, value: int) -> str:
        """Return the word for a value without the value, which some labels begin with; "" where it has none."""
        label = self.label(value)
        return "" if label == str(value) else label.removeprefix(f"{value} - ")

    def numbered(self, value: int) -> str:
        """Return a value and its word: "4 Good"."""
        return f"{value} {self.word(value)}".strip()


ACR = Scale("acr", ("Bad", "Poor", "Fair", "Good", "Excellent"))
"""Absolute category rating: ITU-T P.910, five-level scale."""

IMPAIRMENT = Scale(
    "impairment", ("Very annoying", "Annoying", "Slightly annoying", "Perceptible, but not annoying", "Imperceptible")
)
"""Of a degraded image beside its reference: ITU-R BT.500, five-grade impairment scale."""

QUALITY = Scale("quality", ("1 - poor", "2", "3", "4", "5 - high quality"))
"""The published survey's (queens): its ends alone bear words."""

CRITERION = Scale(
    "criterion",
    ("Certainly not fulfilled", "Probably not fulfilled", "Undecided", "Probably fulfilled", "Certainly fulfilled"),
)
"""Of an image criterion: visual grading characteristics, Båth and Månsson, Br. J. Radiol. 80:169 (2007)."""

CONFIDENCE = Scale(
    "confidence", ("Certainly absent", "Probably absent", "Undecided", "Probably present", "Certainly present")
)
"""That a finding is present: receiver operating characteristic."""

SCALES: Mapping[str, Scale] = MappingProxyType(
    {scale.name: scale for scale in (ACR, IMPAIRMENT, QUALITY, CRITERION, CONFIDENCE)}
)


def scale_of(question: Question) -> Scale:
    """Return the scale that a question is answered on: its own, or the one that it names.

    Raises
    ------
    KeyError
        If it has none: an image is chosen.
    """
    if question.labels:
        return Scale(question.name, tuple(reversed(question.labels)))
    return SCALES[question.scale]


def common_values(questions: Iterable[Question]) -> range:
    """Return the values that the scales of all questions have."""
    return range(1, min(scale_of(question).best for question in questions) + 1)
