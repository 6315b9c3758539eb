"""The tool bar: mode, scale, device, precision, display and scores, each always in view."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QToolBar, QToolButton, QWidget

from medsr_viewer.ui.actions import Actions
from medsr_viewer.ui.state import State
from medsr_viewer.upscaling.methods import SCALE_FACTORS

_DEVICE_CHARACTERS = 13
_CHECKED = (
    # One border in every state: a button that gets the focus must not push the others.
    'QToolButton[own="true"] { border: 2px solid transparent; border-radius: 3px; padding: 2px 3px; }'
    'QToolButton[own="true"]:hover { background: palette(midlight); }'
    'QToolButton[own="true"]:checked { background: palette(highlight); color: palette(highlighted-text); }'
    'QToolButton[own="true"]:focus { border-color: palette(window-text); }'
)
_LAYOUTS = (("auto", "Layout: auto"), ("row", "Row"), ("grid", "Grid"), ("1+2", "1 + 2"))
_INTERPOLATIONS = (("auto", "Pixels: auto"), ("nearest", "Nearest"), ("smooth", "Smooth"))
_PRECISIONS = (("fp32", "fp32"), ("bf16", "bf16 fast"))
_RANGES = (("full", "Score: full"), ("window", "Score: window"))
_REGIONS = (("whole", "Whole image"), ("visible", "Visible region"), ("roi", "ROI"))


class ToolBar(QToolBar):
    """Choosers for everything that a comparison and its display depend on.

    Parameters
    ----------
    state : State
        What is in force.
    actions : dict
        The window's.
    parent : QWidget, optional
        The window.
    """

    chosen = Signal(str, str)
    """Name of the choice, and what was chosen."""

    def __init__(self, state: State, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Tools", parent)
        self.setObjectName("tools")
        self.setMovable(False)
        self.setStyleSheet(_CHECKED)
        self._state = state
        self._add_button(actions["open-files"], "Open")
        self.addSeparator()
        self._modes = self._add_modes()
        scales = [(str(factor), f"×{factor}") for factor in SCALE_FACTORS]
        self._choosers = {
            "scale": self._add("scale", "Scale factor", scales),
            "device": self._add("device", "Device", (("auto", "Device: auto"),)),
            "precision": self._add("precision", "Precision of the networks", _PRECISIONS),
        }
        # Names of devices are long, and known late: the list shows them whole, the box as much as fits.
        device = self._choosers["device"]
        device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        device.setMinimumContentsLength(_DEVICE_CHARACTERS)
        self._add_button(actions["compute-again"], "\N{CLOCKWISE OPEN CIRCLE ARROW}")
        self.addSeparator()
        self._choosers["layout"] = self._add("layout", "Arrangement of the panels", _LAYOUTS)
        self._choosers["interpolation"] = self._add(
            "interpolation", "How the screen enlarges pixels: smoothing would pass for upscaling", _INTERPOLATIONS
        )
        self._add_button(actions["link"], "Link")
        self.addSeparator()
        self._choosers["range"] = self._add(
            "range", "Values that are scored: the full range, or as the window shows them", _RANGES
        )
        self._choosers["region"] = self._add("region", "Pixels that are scored", _REGIONS)
        self._add_button(actions["roi"], "ROI")
        self._add_button(actions["error-map"], "Error map")
        self._add_button(actions["scores"], "Scores")
        self._add_button(actions["series"], "Series")
        state.choices_changed.connect(self.refresh)
        state.view_changed.connect(self.refresh)
        state.measuring_changed.connect(self.refresh)
        self.refresh()

    def dress(self) -> None:
        """Follow another theme: a style sheet keeps the palette that it was given with."""
        self.setStyleSheet("")
        self.setStyleSheet(_CHECKED)

    def set_devices(self, devices: Sequence[tuple[str, str]]) -> None:
        """Offer devices, as (name, label), below the automatic choice."""
        chooser = self._choosers["device"]
        chooser.blockSignals(True)
        chooser.clear()
        first = f" ({_short(devices[0][1])})" if devices else ""
        for name, label in (("auto", f"Device: auto{first}"), *devices):
            chooser.addItem(label, name)
            chooser.setItemData(chooser.count() - 1, label, Qt.ItemDataRole.ToolTipRole)
        chooser.view().setMinimumWidth(chooser.view().sizeHintForColumn(0) + 24)
        chooser.blockSignals(False)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is in force."""
        choices, view, measuring = self._state.choices, self._state.view, self._state.measuring
        self._modes[choices.mode].setChecked(True)
        values = {
            "scale": str(choices.scale_factor),
            "device": choices.device,
            "precision": choices.precision,
            "layout": view.layout,
            "interpolation": view.interpolation,
            "range": measuring.range_mode,
            "region": measuring.region_mode,
        }
        for name, value in values.items():
            chooser = self._choosers[name]
            chooser.setCurrentIndex(chooser.findData(value))
        for name in ("range", "region"):
            self._choosers[name].setEnabled(choices.mode == "test")

    def _add_modes(self) -> dict[str, QToolButton]:
        group = QButtonGroup(self)
        buttons = {}
        texts = {
            "test": (
                "Test",
                "The opened image is the reference: it is degraded, and methods are scored against it (M)",
            ),
            "enhance": ("Enhance", "The opened image is the input: there is no reference, and no score (M)"),
        }
        for mode, (text, tooltip) in texts.items():
            button = _button()
            button.setText(text)
            button.setToolTip(tooltip)
            button.setCheckable(True)
            group.addButton(button)
            self.addWidget(button)
            button.clicked.connect(partial(self._choose_mode, mode))
            buttons[mode] = button
        return buttons

    def _choose_mode(self, mode: str, _checked: bool = False) -> None:
        self.chosen.emit("mode", mode)

    def _add(self, name: str, meaning: str, offered: Sequence[tuple[str, str]]) -> QComboBox:
        chooser = _Chooser()
        for key, label in offered:
            chooser.addItem(label, key)
        chooser.setToolTip(meaning)
        chooser.setAccessibleName(meaning)
        chooser.activated.connect(lambda index: self.chosen.emit(name, chooser.itemData(index)))
        self.addWidget(chooser)
        return chooser

    def _add_button(self, action: QAction, text: str) -> None:
        button = _button()
        action.setIconText(text)
        button.setDefaultAction(action)
        button.setAccessibleName(action.text())
        self.addWidget(button)


class _Chooser(QComboBox):
    """A combo box that the wheel does not change."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Do nothing."""
        event.ignore()


def _button() -> QToolButton:
    button = QToolButton()
    button.setProperty("own", True)  # for the style sheet, which must leave the tool bar's extension button alone
    return button


def _short(label: str) -> str:
    return label.partition(" (")[0]
