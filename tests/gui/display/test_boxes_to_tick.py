"""What is chosen and what is not can be told at a glance, in both themes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QRadioButton, QTableWidget, QTableWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from medsr_viewer.ui.display.theme import Theme, apply_theme

_SEEN = 3.0  # WCAG 2.1, 1.4.11: contrast of what must be seen to use a control


@pytest.fixture(params=["dark", "light"])
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Theme]:
    apply_theme(qapp, request.param)
    yield request.param
    apply_theme(qapp, "dark")


def luminances(widget: QWidget) -> NDArray[np.float64]:
    """Return the relative luminance (WCAG 2.1) of each pixel of the 14 at the left, in the widget's middle rows."""
    shown = widget.grab().toImage()
    middle = shown.height() // 2
    colours = [[shown.pixelColor(x, y) for x in range(14)] for y in range(middle - 5, middle + 6)]
    values = np.array([[(one.redF(), one.greenF(), one.blueF()) for one in row] for row in colours])
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])


def contrast(first: float, second: float) -> float:
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_an_empty_one_is_outlined_and_empty(qtbot: QtBot, theme: Theme, kind: type[QCheckBox | QRadioButton]) -> None:
    button = kind("")
    qtbot.addWidget(button)
    seen = luminances(button)
    ground = button.palette().color(button.palette().ColorRole.Base)
    middle = seen[3:8, 5:9]
    assert contrast(float(middle.max()), float(middle.min())) < 1.2, "empty"
    assert contrast(float(middle.mean()), _luminance_of(ground.lightnessF())) < 1.3
    outline = seen.max() if theme == "dark" else seen.min()
    assert contrast(float(outline), float(middle.mean())) > _SEEN


@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_a_chosen_one_is_filled(qtbot: QtBot, theme: Theme, kind: type[QCheckBox | QRadioButton]) -> None:
    button = kind("")
    qtbot.addWidget(button)
    empty = luminances(button)[3:8, 4:10].mean()
    button.setChecked(True)
    middle = luminances(button)[3:8, 4:10]
    assert contrast(float(middle.max() if theme == "dark" else middle.min()), float(empty)) > 1.5 * _SEEN


def test_boxes_in_a_table_are_outlined(qtbot: QtBot, theme: Theme) -> None:
    table = QTableWidget(1, 1)
    qtbot.addWidget(table)
    item = QTableWidgetItem("")
    item.setCheckState(Qt.CheckState.Unchecked)
    table.setItem(0, 0, item)
    table.setShowGrid(False)
    table.resize(200, 100)
    place = table.visualItemRect(item)
    shown = table.viewport().grab(place).toImage()
    row = [shown.pixelColor(x, shown.height() // 2).lightnessF() for x in range(16)]
    outline, ground = (max(row) if theme == "dark" else min(row)), row[8]
    assert contrast(_luminance_of(outline), _luminance_of(ground)) > _SEEN


def _luminance_of(gray: float) -> float:
    return float(gray**2.2)
