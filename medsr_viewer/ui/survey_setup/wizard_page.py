"""A page of the wizard: a part of the design in fields, each with what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.design_mistakes import Mistake
from medsr_viewer.ui.survey_setup.mistake_label import MistakeLabel
from medsr_viewer.ui.survey_setup.mistake_words import Told, told
from medsr_viewer.ui.survey_setup.wizard_fields import keys_of_step


class WizardPage(QWidget):
    """Shows a design's part, and gives it back changed.

    Parameters
    ----------
    title : str
        Of the step; see `wizard_fields`.
    explanation : str
        A sentence or two above the fields.
    """

    changed = Signal()
    led = Signal(str)
    """The user wants to go to the field of a key, here or on another step."""

    def __init__(self, title: str, explanation: str) -> None:
        super().__init__()
        self.title, self.keys = title, keys_of_step(title)
        self._mistake_labels: dict[str, MistakeLabel] = {}
        self._fields: dict[str, QWidget] = {}
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

    def go_to_field(self, key: str) -> None:
        """Give the focus to the field of a key."""
        field = self._fields.get(key) or self.first_field()
        if field is not None:
            field.setFocus(Qt.FocusReason.TabFocusReason)

    def is_about(self, mistake: Mistake) -> bool:
        """Whether a mistake is in this page's part."""
        return mistake.key.partition(".")[0].partition("[")[0] in self.keys

    def show_mistakes(self, mistakes: Sequence[Mistake]) -> None:
        """Show mistakes beside their fields, and take away those that are gone."""
        lines: dict[str, list[Told]] = {key: [] for key in self._mistake_labels}
        for mistake in mistakes:
            lines[self._label_key(mistake.key)].append(told(mistake))
        for key, label in self._mistake_labels.items():
            label.show_told(lines[key])

    def mistake_label(self, key: str, *, keeps_place: bool = True) -> MistakeLabel:
        """Return a new label for the mistakes of a key and all below it; every page needs one for each of its keys."""
        label = MistakeLabel(keeps_place=keeps_place)
        label.led.connect(self.led)
        self._mistake_labels[key] = label
        return label

    def add_row(self, form: QFormLayout, text: str, field: QWidget, key: str, *, keeps_place: bool = True) -> None:
        """Add a labelled field with its mistakes below it."""
        form.addRow(text, field)
        form.addRow("", self.mistake_label(key, keeps_place=keeps_place))
        self._fields[key] = field

    def _label_key(self, key: str) -> str:
        fitting = [known for known in self._mistake_labels if key.startswith(known)]
        return max(fitting, key=len, default=next(iter(self._mistake_labels)))
