"""Tables of the results window: how far the observers are, and, once the survey is closed, the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from medsr_viewer.survey.report.wording import counted

if TYPE_CHECKING:
    from medsr_viewer.survey.status import ObserverStatus

PROGRESS_COLUMNS = ("Observer", "Site", "Trials", "Of", "Training", "Minutes", "Sittings", "Last seen", "State")
MOS_COLUMNS = ("Question", "Condition", "Role", "Ratings", "MOS", "95 % interval")
_FIGURE = MOS_COLUMNS.index("MOS")
NEXT_COLUMNS = ("Question", "To be told", "With", "Needed")
_SITE_DIGITS = 6


def progress_table() -> QTableWidget:
    """Return an empty table of observers."""
    return _table(PROGRESS_COLUMNS, "Progress of the observers")


def mos_table() -> QTableWidget:
    """Return an empty table of conditions."""
    return _table(MOS_COLUMNS, "Mean opinion scores")


def next_table() -> QTableWidget:
    """Return an empty table of what a next survey needs."""
    return _table(NEXT_COLUMNS, "Size of a next survey")


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
    return (
        one.observer,
        one.site[:_SITE_DIGITS],
        str(one.done),
        str(one.total),
        one.training,
        f"{one.minutes:.1f}",
        str(one.sittings),
        _local(one.last_seen),
        one.state,
    )


def mos_rows(figures: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the cells of every condition of every question, the best first.

    Parameters
    ----------
    figures : mapping
        Of the report: `questions`, each with `figure` (mos, auc or scale_value) and `conditions` of name, role, n, the
        figure and its interval; `caution` where that is unreliable.
    """
    rows: list[tuple[str, ...]] = []
    for question in figures.get("questions", ()):
        figure = str(question["figure"])
        ranked = sorted(question["conditions"], key=lambda one: -_value(one[figure]))
        rows += [
            (
                str(question["question"]),
                str(one["name"]),
                str(one["role"]),
                str(one["n"]),
                _NAME_OF.get(figure, "") + _number(one[figure]),
                _interval(one[_INTERVAL_OF[figure]], is_unreliable=bool(one.get("caution"))),
            )
            for one in ranked
        ]
    return rows


def head_figures(table: QTableWidget, figures: Mapping[str, Any]) -> None:
    """Have the table of conditions say what its figures are, where not all of them are MOS."""
    are_mos = all(question["figure"] == "mos" for question in figures.get("questions", ()))
    table.setHorizontalHeaderItem(_FIGURE, QTableWidgetItem("MOS" if are_mos else "Figure"))


def next_rows(figures: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the cells of what each question's ratings, as a pilot, say of the size of a next survey.

    Parameters
    ----------
    figures : mapping
        Of the report: `questions`, each with `next_survey`, or with `neighbours` for pairs; either may say why it is
        missing.
    """
    rows: list[tuple[str, ...]] = []
    for question in figures.get("questions", ()):
        name, planned = str(question["question"]), question.get("next_survey")
        if planned is None:
            rows += [(name, *cells) for cells in _neighbours(question["neighbours"])]
        else:
            rows += [(name, *cells) for cells in _needed(planned)]
    return rows


def _needed(planned: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    if "missing" in planned:
        return [(_SIZES, "", str(planned["missing"]))]
    aims = [f"a mean within ±{width:g} (95 % interval)" for width in planned["half_widths"]]
    aims += [f"a difference of {difference:g} (power 80 %)" for difference in planned["differences"]]
    rows = []
    for place, aim in enumerate(aims):
        for row in planned["needed"]:
            number = [*row["for_width"], *row["for_difference"]][place]
            ranges = [*row.get("width_ranges", ()), *row.get("difference_ranges", ())]  # none in older reports
            needed = _observers(number, ranges[place] if ranges else (number, number))
            rows.append((aim, counted(row["cases"], "case"), needed))
    return rows


def _observers(number: int | None, between: Sequence[int | None]) -> str:
    """Return how many, and in brackets between how many."""
    few, many = ("more cases" if each is None else f"{each:,}" for each in between)
    told = "more cases" if number is None else counted(number, "observer")
    return told if few == many else f"{told} ({few} to {many})"


def _neighbours(pairs: Any) -> list[tuple[str, str, str]]:
    if isinstance(pairs, Mapping):
        return [(_SIZES, "", str(pairs["missing"]))]
    return [
        (
            f"{pair['better']} from {pair['worse']} (power 80 %)",
            f"{counted(pair['compared'], 'comparison')} so far",
            _more(pair["separation"]["more"]),
        )
        for pair in pairs
    ]


def _more(number: int | None) -> str:
    if number == 0:
        return "none: they are told apart"
    return "too many to tell" if number is None else f"{number:,} more"


_SIZES = "sizes"
_NAME_OF = {"auc": "AUC ", "scale_value": "scale "}
_INTERVAL_OF = {"mos": "ci95", "auc": "auc_ci95", "scale_value": "ci95_scale"}


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


def _value(figure: float | None) -> float:
    return float("-inf") if figure is None else figure


def _interval(ends: Sequence[float | None] | None, *, is_unreliable: bool) -> str:
    """Return the cell of an interval; the line below the table says why there is none."""
    if not ends or None in ends:
        return "none"
    return " to ".join(_number(end) for end in ends) + (" (unreliable)" if is_unreliable else "")


def _number(value: Any) -> str:
    return "unknown" if value is None else f"{value:.2f}"


def _local(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}" if moment else ""
