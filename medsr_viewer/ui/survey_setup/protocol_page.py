"""First step: what the observers are asked to do, and with which images."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import get_args

from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QGroupBox,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from medsr_viewer.survey.design import Design, Mode, Protocol
from medsr_viewer.survey.design_rules import SCALE_FACTORS
from medsr_viewer.ui.survey_setup.wizard_page import WizardPage

PROTOCOL_WORDS: Mapping[Protocol, str] = MappingProxyType(
    {
        "acr": "Rate one image at a time, 5 Excellent to 1 Bad. The usual choice (ITU-T P.910, hidden reference).",
        "dsis": "Rate how far an image is impaired, beside the labelled original (ITU-R BT.500).",
        "queens": "Rate several unlabelled images at once, beside the labelled original.",
        "pairs": "Choose the better of two images. Tells small differences; pairs are chosen while rating goes on.",
        "vgc": "State whether one image at a time fulfils your criteria (visual grading characteristics).",
        "roc": "State whether a finding is present, and how certain that is. Needs cases whose truth is known.",
    }
)
"""One sentence on each protocol."""
PROTOCOL_NAMES: Mapping[Protocol, str] = MappingProxyType(
    {
        "acr": "Single images (ACR)",
        "dsis": "Impairment (DSIS)",
        "queens": "Side by side (queens)",
        "pairs": "Pairs",
        "vgc": "Image criteria (VGC)",
        "roc": "Present or absent (ROC)",
    }
)
"""What the coordinator calls a protocol."""
_MODES: Mapping[Mode, str] = MappingProxyType(
    {
        "test": "Test: degrade each case, then upscale it; the case itself is the reference",
        "enhance": "Enhance: upscale each case itself; there is no reference",
    }
)


class ProtocolPage(WizardPage):
    """Title, protocol, mode and scale."""

    def __init__(self) -> None:
        super().__init__(
            "Protocol",
            "What the observers are asked to do. The title is shown to them: it must name no method.",
        )
        self.survey_title = QLineEdit()
        self.survey_title.setAccessibleName("Title")
        self.mode = QComboBox()
        for mode in get_args(Mode):
            self.mode.addItem(_MODES[mode], mode)
        self.scale = QComboBox()
        for factor in SCALE_FACTORS:
            self.scale.addItem(f"×{factor}", factor)
        self.scale.setMaximumWidth(90)
        form = QFormLayout()
        self.add_row(form, "&Title", self.survey_title, "title")
        self.column.addLayout(form)
        self.column.addWidget(self._protocols())
        lower = QFormLayout()
        self.add_row(lower, "&Images", self.mode, "mode")
        self.add_row(lower, "S&cale", self.scale, "scale_factor")
        self.column.addLayout(lower)
        self.column.addStretch(1)
        self.survey_title.textChanged.connect(self.changed)
        self.mode.currentIndexChanged.connect(self.changed)
        self.scale.currentIndexChanged.connect(self.changed)

    def show_design(self, design: Design) -> None:
        """Fill the fields."""
        self.survey_title.setText(design.title)
        self.buttons[design.protocol].setChecked(True)
        self.mode.setCurrentIndex(self.mode.findData(design.mode))
        self.scale.setCurrentIndex(self.scale.findData(design.scale_factor))

    def design_from(self, design: Design) -> Design:
        """Return a design with what the fields say."""
        (protocol,) = (name for name, button in self.buttons.items() if button.isChecked())
        return replace(
            design,
            title=self.survey_title.text().strip(),
            protocol=protocol,
            mode=self.mode.currentData(),
            scale_factor=self.scale.currentData(),
        )

    def first_field(self) -> QWidget:
        """Return the title's."""
        return self.survey_title

    def go_to_field(self, key: str) -> None:
        """Give the focus to the protocol that is chosen, else as usual."""
        if key == "protocol":
            next(button for button in self.buttons.values() if button.isChecked()).setFocus()
        else:
            super().go_to_field(key)

    def _protocols(self) -> QWidget:
        box = QGroupBox("Protocol")
        column = QVBoxLayout(box)
        self._group = QButtonGroup(self)
        self.buttons: dict[Protocol, QRadioButton] = {}
        for protocol, words in PROTOCOL_WORDS.items():
            button = QRadioButton(f"{PROTOCOL_NAMES[protocol]}: {words}")
            self._group.addButton(button)
            self.buttons[protocol] = button
            column.addWidget(button)
        column.addWidget(self.mistake_label("protocol"))
        self._group.buttonToggled.connect(self.changed)
        return box
