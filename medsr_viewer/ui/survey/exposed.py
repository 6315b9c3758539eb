"""Every text that a window shows, or would tell who asks: what the blinding auditor reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QTabWidget, QWidget
from shiboken6 import isValid

from medsr_viewer.ui.display.canvas import Canvas

_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.StatusTipRole,
    Qt.ItemDataRole.WhatsThisRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)


def exposed_texts(window: QWidget) -> list[str]:
    """Return every text of a window and all that belongs to it, hidden parts included.

    Titles, labels, tooltips, status and "what's this" texts, names for screen readers and of objects, entries of lists,
    actions, own properties, what is painted over images, and the name of the application.

    Parameters
    ----------
    window : QWidget
        The tree's root; its menus and dialogs are its children.
    """
    return [text for text in dict.fromkeys(each_exposed_text(window)) if text]


def each_exposed_text(window: QWidget) -> Iterator[str]:
    """Yield the same texts one after the other, repeated and empty ones too: to be read in small portions."""
    yield from (QApplication.applicationDisplayName(), QApplication.applicationName())
    left: list[QObject] = [window]
    while left:
        part = left.pop()
        if isValid(part):  # it may have been deleted since the last portion was read
            left.extend(reversed(part.children()))
            yield from _texts_of(part)


def _texts_of(part: QObject) -> Iterator[str]:
    kind = part.metaObject()
    for declared in (kind.property(index) for index in range(kind.propertyCount())):
        if str(declared.typeName()) in {"QString", "QStringList"}:
            held = part.property(str(declared.name()))
            yield from held if isinstance(held, list) else (held,)
    for key in (bytes(name.data()).decode() for name in part.dynamicPropertyNames()):
        if not key.startswith(("_q_", "_PySide")):  # Qt's own, not all of which Python can hold
            yield f"{key}: {part.property(key)}"
    if isinstance(part, QComboBox):
        yield from (part.itemText(index) for index in range(part.count()))
    if isinstance(part, QTabWidget):
        yield from (part.tabText(index) for index in range(part.count()))
    if isinstance(part, QAbstractItemView) and part.model() is not None:
        yield from _items(part, part.rootIndex())
    if isinstance(part, Canvas):
        yield from _painted(part)
    if isinstance(part, QAction):
        yield part.shortcut().toString()


def _items(view: QAbstractItemView, parent: QModelIndex) -> Iterator[str]:
    model = view.model()
    for row in range(model.rowCount(parent)):
        for column in range(model.columnCount(parent)):
            index = model.index(row, column, parent)
            yield from (str(value) for role in _ROLES if (value := model.data(index, role)))
            yield from _items(view, index)


def _painted(canvas: Canvas) -> Iterator[str]:
    for part in fields(canvas.overlay):
        value = getattr(canvas.overlay, part.name)
        texts = value if isinstance(value, (list, tuple)) else (value,)
        yield from (text for text in texts if isinstance(text, str))
