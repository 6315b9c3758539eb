"""A page of the wizard: a part of the design in fields, each with what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.design_mistakes import Mistake


class MistakeLabel(QLabel):
    """What is wrong with the field beside it; takes no room where nothing is."""

    def __init__(self) -> None:
        super().__init__()
        self.setForegroundRole(QPalette.ColorRole.BrightText)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.hide()

    def show_texts(self, texts: Sequence[str]) -> None:
        """Show some lines, or none."""
        self.setText("\n".join(texts))
        self.setVisible(bool(texts))


class WizardPage(QWidget):
    """Shows a design's part, and gives it back changed.

    Parameters
    ----------
    title : str
        Of the step.
    explanation : str
        A sentence or two above the fields.
    keys : sequence of str
        Parts of the design that belong here, as the first words of the keys of mistakes.
    """

    changed = Signal()

    def __init__(self, title: str, explanation: str, keys: Sequence[str]) -> None:
        super().__init__()
        self.title, self.keys = title, tuple(keys)
        self._mistake_labels: dict[str, MistakeLabel] = {}
        heading = QLabel(title)
        font = heading.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setBold(True)
        heading.setFont(font)
        words = QLabel(explanation)
        words.setWordWrap(True)
        self.column = QVBoxLayout(self)
        self.column.addWidget(heading)
        self.column.addWidget(words)

    def show_design(self, design: Design) -> None:
        """Fill the fields."""
        raise NotImplementedError

    def design_from(self, design: Design) -> Design:
        """Return a design with this page's part as it stands in the fields."""
        raise NotImplementedError

    def own_mistakes(self, design: Design) -> list[Mistake]:  # noqa: ARG002 - pages use it
        """Return mistakes that the rules for designs do not know."""
        return []

    def first_field(self) -> QWidget | None:
        """Return the field that has the focus at first."""
        return None

    def is_about(self, mistake: Mistake) -> bool:
        """Whether a mistake is in this page's part."""
        return mistake.key.partition(".")[0].partition("[")[0] in self.keys

    def show_mistakes(self, mistakes: Sequence[Mistake]) -> None:
        """Show mistakes beside their fields, and take away those that are gone."""
        texts: dict[str, list[str]] = {key: [] for key in self._mistake_labels}
        for mistake in mistakes:
            key = self._label_key(mistake.key)
            short = f"{mistake.found}; {mistake.allowed}"
            texts[key].append(str(mistake) if key != mistake.key else short[:1].upper() + short[1:])
        for key, label in self._mistake_labels.items():
            label.show_texts(texts[key])

    def mistake_label(self, key: str) -> MistakeLabel:
        """Return a new label for the mistakes of a key and all below it; every page needs one for each of its keys."""
        self._mistake_labels[key] = MistakeLabel()
        return self._mistake_labels[key]

    def add_row(self, form: QFormLayout, text: str, field: QWidget, key: str) -> None:
        """Add a labelled field with its mistakes below it."""
        form.addRow(text, field)
        form.addRow("", self.mistake_label(key))

    def _label_key(self, key: str) -> str:
        fitting = [known for known in self._mistake_labels if key.startswith(known)]
        return max(fitting, key=len, default=next(iter(self._mistake_labels)))
