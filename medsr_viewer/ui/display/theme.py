"""Dark and light palettes. The surround of an image is black in both: gray levels are judged against it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

Theme: TypeAlias = Literal["dark", "light"]

SURROUND = QColor(0, 0, 0)
OVERLAY = QColor(235, 235, 220)
ACCENT = QColor(70, 160, 255)
CROSSHAIR = QColor(255, 210, 60)
ROI = QColor(90, 230, 120)
PANEL_COLOURS = tuple(QColor(name) for name in ("#56c1ff", "#ffa62b", "#ff6fae", "#b9e04a", "#b79bff", "#f0f0f0"))
"""Of what belongs to the first panel, the second …: lines on the black surround, curves in the dark theme."""
PANEL_COLOURS_ON_WHITE = tuple(
    QColor(name) for name in ("#0b6fb8", "#b85c00", "#c2186b", "#4f7a00", "#6a3fd0", "#333333")
)
BADGES = {
    "research": QColor(120, 66, 0),
    "info": QColor(28, 60, 100),
    "warning": QColor(128, 40, 30),
    "reference": QColor(20, 84, 50),
}

_ROLES = QPalette.ColorRole
_DARK = {
    _ROLES.Window: "#1e2124",
    _ROLES.WindowText: "#e6e6e6",
    _ROLES.Base: "#15171a",
    _ROLES.AlternateBase: "#24282c",
    _ROLES.Text: "#e6e6e6",
    _ROLES.Button: "#2b3036",
    _ROLES.ButtonText: "#e6e6e6",
    _ROLES.BrightText: "#ff8a80",
    _ROLES.ToolTipBase: "#2b3036",
    _ROLES.ToolTipText: "#f0f0f0",
    _ROLES.PlaceholderText: "#9aa0a6",
    _ROLES.Highlight: "#2f7fd6",
    _ROLES.HighlightedText: "#ffffff",
    _ROLES.Link: "#7ab8ff",
    _ROLES.Light: "#454c54",
    _ROLES.Midlight: "#3a4047",
    _ROLES.Mid: "#33383e",
    _ROLES.Dark: "#101214",
    _ROLES.Shadow: "#000000",
}
_LIGHT = {
    _ROLES.Window: "#f0f1f3",
    _ROLES.WindowText: "#1b1d20",
    _ROLES.Base: "#ffffff",
    _ROLES.AlternateBase: "#e8eaed",
    _ROLES.Text: "#1b1d20",
    _ROLES.Button: "#e3e5e9",
    _ROLES.ButtonText: "#1b1d20",
    _ROLES.BrightText: "#b00020",
    _ROLES.ToolTipBase: "#ffffff",
    _ROLES.ToolTipText: "#1b1d20",
    _ROLES.PlaceholderText: "#5f6670",
    _ROLES.Highlight: "#1f6fc4",
    _ROLES.HighlightedText: "#ffffff",
    _ROLES.Link: "#0b57d0",
    _ROLES.Light: "#ffffff",
    _ROLES.Midlight: "#eceef0",
    _ROLES.Mid: "#c4c8cd",
    _ROLES.Dark: "#9ba1a8",
    _ROLES.Shadow: "#5f6670",
}
_FADED = {"dark": "#757b82", "light": "#8b9098"}
_BOXES = {"dark": "#e6eaee", "light": "#5f6670"}
_BOXES_IN_LISTS = QColor("#9aa0a6")
"""Outlines of boxes are drawn a third darker; those of lists, tables and trees outline the whole list too."""
_TICKS = {"dark": "#ffffff", "light": "#000000"}


def palette(theme: Theme) -> QPalette:
    """Return the palette of a theme."""
    made = QPalette()
    for role, name in (_DARK if theme == "dark" else _LIGHT).items():
        made.setColor(role, QColor(name))
    for role in (_ROLES.WindowText, _ROLES.Text, _ROLES.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(_FADED[theme]))
    return made


def apply_theme(application: QApplication, theme: Theme = "dark") -> None:
    """Give the whole application a theme. The Fusion style follows the palette on every platform."""
    application.setStyle("Fusion")
    application.setPalette(palette(theme))
    # Fusion outlines boxes to tick in a shade darker than the window: on a dark one nobody sees them.
    listed, ticked = palette(theme), palette(theme)
    listed.setColor(_ROLES.Window, _BOXES_IN_LISTS)
    ticked.setColor(_ROLES.Window, QColor(_BOXES[theme]))
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        ticked.setColor(group, _ROLES.Text, QColor(_TICKS[theme]))  # ticks are drawn in it, toned down
    boxes = {"QCheckBox": ticked, "QRadioButton": ticked}
    lists = {"QTreeView": listed, "QTableView": listed, "QListView": listed}
    # Parts of a table that would take its palette else.
    headers = {"QHeaderView": palette(theme), "QTableCornerButton": palette(theme)}
    for kind, own in (headers | boxes | lists).items():
        application.setPalette(own, kind)  # type: ignore[arg-type] # the stubs say bytes, which PySide6 refuses
