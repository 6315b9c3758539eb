"""How a question is answered: one of the protocol's scales, or labels of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from medsr_viewer.survey.design import Question
from medsr_viewer.survey.scales import SCALES


@dataclass(frozen=True)
class Answers:
    """What a question is answered with; neither where an image is chosen.

    Parameters
    ----------
    scale : str
        Name of a `Scale`.
    labels : tuple of str
        Of its own, the best first.
    """

    scale: str = ""
    labels: tuple[str, ...] = ()

    @classmethod
    def to(cls, question: Question) -> Answers:
        """Return the answers to a question."""
        return cls(question.scale, question.labels)

    @property
    def words(self) -> tuple[str, ...]:
        """The labels of either, the best first."""
        return self.labels or (tuple(reversed(SCALES[self.scale].labels)) if self.scale else ())


class AnswerBox(QComboBox):
    """Answers to choose from, each by its best and its worst label."""

    chosen = Signal(Answers)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: list[Answers] = []
        self.currentIndexChanged.connect(self._on_chosen)

    def show_choices(self, choices: Sequence[Answers], now: Answers) -> None:
        """Offer some answers, of which one is chosen."""
        self.blockSignals(True)
        self.clear()
        self._choices = list(choices)
        for place, answers in enumerate(choices):
            words = answers.words
            self.addItem(f"{words[0]} … {words[-1]}" if words else "an image is chosen")
            self.setItemData(place, " / ".join(words), Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(self._choices.index(now))
        self.setEnabled(len(choices) > 1)
        self.blockSignals(False)

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        self.chosen.emit(self._choices[index])
