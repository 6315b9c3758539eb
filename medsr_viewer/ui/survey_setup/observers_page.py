"""Fifth step: how many observers, in which order, and what a sitting allows."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from medsr_viewer.survey.design import Arrangement, Design, Screen, Sitting
from medsr_viewer.survey.design_mistakes import Mistake, wrong
from medsr_viewer.ui.survey_setup.precision_box import PrecisionBox
from medsr_viewer.ui.survey_setup.wizard_page import WizardPage

_LARGEST_SEED = 2**63


class ObserversPage(WizardPage):
    """Numbers and switches."""

    def __init__(self) -> None:
        super().__init__(
            "Observers and sittings",
            "Who sees what, how often, and for how long at a time. What is here already suits most surveys.",
        )
        self._design = Design("", "acr", 4, (), (), ())
        boxes = QHBoxLayout()
        boxes.addWidget(self._order(), 1)
        boxes.addWidget(self._sitting(), 1)
        self.column.addLayout(boxes)
        self.precision = PrecisionBox()
        self.column.addWidget(self.precision)
        self.column.addStretch(1)
        self.observers.valueChanged.connect(self._show_precision)
        self.cases.valueChanged.connect(self._show_precision)

    def show_design(self, design: Design) -> None:
        """Fill the fields; those that the protocol does not have are disabled."""
        arrangement, sitting = design.arrangement, design.sitting
        self._design = design
        self.observers.setValue(arrangement.observers)
        self.cases.setMaximum(max(len(design.main_cases), arrangement.cases_per_observer))  # a mistake is shown, too
        self.cases.setValue(arrangement.cases_per_observer)
        self.order.setCurrentIndex(self.order.findData(arrangement.order))
        self.repeats.setValue(round(arrangement.repeat_share * 100))
        self.checks.setValue(arrangement.attention_checks)
        self.pairs.setValue(arrangement.pairs_per_observer)
        self.seed.setText("" if arrangement.seed is None else str(arrangement.seed))
        self.minutes.setValue(sitting.minutes)
        self.break_minutes.setValue(sitting.break_minutes)
        self.delay.setValue(sitting.delay_ms)
        self.least_view.setValue(sitting.least_view_ms)
        for box, on in ((self.back, sitting.back), (self.zoom, sitting.zoom), (self.window_level, sitting.window)):
            box.setChecked(on)
        self.width_pixels.setValue(design.screen.width)
        self.height_pixels.setValue(design.screen.height)
        are_pairs = design.protocol == "pairs"
        self.pairs.setEnabled(are_pairs)
        for field in (self.cases, self.repeats, self.checks, self.order):
            field.setEnabled(not are_pairs)
        self._show_precision()

    def design_from(self, design: Design) -> Design:
        """Return a design with what the fields say; what the protocol does not have is 0."""
        are_pairs, seed = design.protocol == "pairs", self.seed.text().strip()
        arrangement = Arrangement(
            seed=int(seed) if seed.isdecimal() else None,
            order=self.order.currentData(),
            observers=self.observers.value(),
            cases_per_observer=0 if are_pairs else self.cases.value(),
            repeat_share=0.0 if are_pairs else self.repeats.value() / 100,
            attention_checks=0 if are_pairs else self.checks.value(),
            pairs_per_observer=self.pairs.value() if are_pairs else 0,
        )
        sitting = Sitting(
            minutes=self.minutes.value(),
            break_minutes=self.break_minutes.value(),
            delay_ms=self.delay.value(),
            least_view_ms=self.least_view.value(),
            back=self.back.isChecked(),
            zoom=self.zoom.isChecked(),
            window=self.window_level.isChecked(),
        )
        screen = Screen(self.width_pixels.value(), self.height_pixels.value())
        return replace(design, arrangement=arrangement, sitting=sitting, screen=screen)

    def own_mistakes(self, _design: Design) -> list[Mistake]:
        """Return a seed that is no number."""
        text = self.seed.text().strip()
        if not text or (text.isdecimal() and int(text) < _LARGEST_SEED):
            return []
        return [wrong("arrangement.seed", text, "a whole number, 0 or above; or nothing: it is drawn")]

    def first_field(self) -> QWidget:
        """Return the number of observers."""
        return self.observers

    @Slot()
    def _show_precision(self) -> None:
        cases = self.cases.value() or len(self._design.main_cases)
        self.precision.show_size(self._design.protocol, self.observers.value(), cases)

    def _order(self) -> QGroupBox:
        box = QGroupBox("Observers and order")
        form = QFormLayout(box)
        self.observers = _whole(1, 1000, "", "How many sequences are prepared; more observers see them once more")
        self.cases = _whole(0, 100_000, "all", "Balanced blocks of so many cases")
        self.order = QComboBox()
        self.order.addItem("balanced (Latin square)", "latin")
        self.order.addItem("random", "random")
        self.repeats = _whole(0, 100, "none", "Shown again later: how well observers agree with themselves", " %")
        self.checks = _whole(0, 50, "none", "Trials that ask for a given answer")
        self.pairs = _whole(0, 100_000, "as many as stimuli", "Protocol pairs: comparisons that an observer makes")
        self.seed = QLineEdit()
        self.seed.setPlaceholderText("drawn, and sealed")
        rows: tuple[tuple[str, QWidget, str], ...] = (
            ("&Observers", self.observers, "observers"),
            ("Cases an observer reads", self.cases, "cases_per_observer"),
            ("O&rder", self.order, "order"),
            ("Trials shown again", self.repeats, "repeat_share"),
            ("Attention checks", self.checks, "attention_checks"),
            ("Pairs an observer compares", self.pairs, "pairs_per_observer"),
            ("Seed", self.seed, "seed"),
        )
        for text, field, key in rows:
            # Only these two can be mistaken here: the others' fields take nothing else.
            kept = key in ("cases_per_observer", "seed")
            self.add_row(form, text, field, f"arrangement.{key}", keeps_place=kept)
        for spin in (self.observers, self.cases, self.repeats, self.checks, self.pairs):
            spin.valueChanged.connect(self.changed)
        self.order.currentIndexChanged.connect(self.changed)
        self.seed.textChanged.connect(self.changed)
        return box

    def _sitting(self) -> QGroupBox:
        box = QGroupBox("Sittings and screen")
        form = QFormLayout(box)
        self.minutes = _minutes(1, 30, "A break is asked for then; ITU-R BT.500: 30 minutes at most")
        self.break_minutes = _minutes(0, 60, "The least length of a break")
        self.delay = _whole(0, 10_000, "none", "Mid-gray before each trial, so that loading times tell nothing", " ms")
        self.least_view = _whole(0, 60_000, "none", "An answer counts only after the trial was shown so long", " ms")
        self.back = QCheckBox("go back to the last answer")
        self.zoom = QCheckBox("zoom and pan")
        self.window_level = QCheckBox("change the window (contrast)")
        self.width_pixels = _whole(320, 32_768, "", "A smaller screen is refused")
        self.height_pixels = _whole(240, 32_768, "", "A smaller screen is refused")
        self.add_row(form, "A &sitting takes at most", self.minutes, "sitting.minutes", keeps_place=False)
        self.add_row(form, "A break at least", self.break_minutes, "sitting.break_minutes", keeps_place=False)
        self.add_row(form, "Delay between trials", self.delay, "sitting.delay_ms", keeps_place=False)
        self.add_row(form, "Look at least for", self.least_view, "sitting.least_view_ms", keeps_place=False)
        form.addRow("Observers may", self.back)
        form.addRow("", self.zoom)
        form.addRow("", self.window_level)
        self.add_row(form, "Least screen width", self.width_pixels, "screen.width", keeps_place=False)
        self.add_row(form, "Least screen height", self.height_pixels, "screen.height", keeps_place=False)
        for spin in (self.delay, self.least_view, self.width_pixels, self.height_pixels):
            spin.valueChanged.connect(self.changed)
        self.minutes.valueChanged.connect(self.changed)
        self.break_minutes.valueChanged.connect(self.changed)
        for switch in (self.back, self.zoom, self.window_level):
            switch.toggled.connect(self.changed)
        return box


def _whole(low: int, high: int, lowest: str, hint: str, unit: str = "") -> QSpinBox:
    field = QSpinBox()
    field.setRange(low, high)
    field.setSpecialValueText(lowest)
    field.setSuffix(unit)
    field.setToolTip(hint)
    field.setAccelerated(True)
    return field


def _minutes(low: float, high: float, hint: str) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setRange(low, high)
    field.setDecimals(1)
    field.setSuffix(" min")
    field.setToolTip(hint)
    return field
