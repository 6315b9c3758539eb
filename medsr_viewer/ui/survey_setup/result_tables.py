"""Tables of the results window: how far the observers are, and, once the survey is closed, the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

if TYPE_CHECKING:
    from medsr_viewer.survey.status import ObserverStatus

PROGRESS_COLUMNS = ("Observer", "Site", "Trials", "Of", "Training", "Minutes", "Sittings", "Last seen", "State")
MOS_COLUMNS = ("Question", "Condition", "Role", "Ratings", "MOS", "95 % interval")
_SITE_DIGITS = 6


def progress_table() -> QTableWidget:
    """Return an empty table of observers."""
    return _table(PROGRESS_COLUMNS, "Progress of the observers")


def mos_table() -> QTableWidget:
    """Return an empty table of conditions."""
    return _table(MOS_COLUMNS, "Mean opinion scores")


def fill(table: QTableWidget, rows: Sequence[Sequence[str]]) -> None:
    """Show other rows; cells that are numbers stand to the right."""
    table.setRowCount(len(rows))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            if text.replace(".", "", 1).isdecimal():
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(row, column, item)


def progress_row(one: ObserverStatus) -> tuple[str, ...]:
    """Return the cells of an observer: nothing by condition, case or answer."""
    state = "withdrawn" if one.withdrawn else "finished" if one.finished else "rating" if one.sittings else "enrolled"
    return (
        one.observer,
        one.site[:_SITE_DIGITS],
        str(one.done),
        str(one.total),
        "done" if one.trained else "not yet",
        f"{one.minutes:.1f}",
        str(one.sittings),
        _local(one.last_seen),
        state,
    )


def mos_rows(figures: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the cells of every condition of every question, the best first.

    Parameters
    ----------
    figures : mapping
        Of the report: `questions`, each with `conditions` of name, role, n, mos (pairs: scale_value) and ci95.
    """
    rows: list[tuple[str, ...]] = []
    for question in figures.get("questions", ()):
        ranked = sorted(question["conditions"], key=lambda one: -_value(one))
        rows += [
            (
                str(question["question"]),
                str(one["name"]),
                str(one["role"]),
                str(one["n"]),
                _number(one["mos"] if one["mos"] is not None else one.get("scale_value")),
                " to ".join(_number(end) for end in one["ci95"]),
            )
            for one in ranked
        ]
    return rows


def _table(columns: Sequence[str], name: str) -> QTableWidget:
    table = QTableWidget(0, len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    table.setAccessibleName(name)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setStretchLastSection(True)
    return table


def _value(condition: Mapping[str, Any]) -> float:
    value = condition["mos"] if condition["mos"] is not None else condition.get("scale_value")
    return float("-inf") if value is None else float(value)


def _number(value: Any) -> str:
    return "unknown" if value is None else f"{value:.2f}"


def _local(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}" if moment else ""
