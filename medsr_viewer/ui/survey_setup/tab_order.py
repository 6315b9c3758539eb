"""Fields inside of a table, reached by Tab from it: Qt puts them behind all others of the window, Cancel included."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget


def tab_through(table: QWidget, fields: Iterable[QWidget]) -> None:
    """Let Tab go from a table through fields in it, in their order, before it leaves it."""
    before = table
    for field in fields:
        QWidget.setTabOrder(before, field)
        before = field
