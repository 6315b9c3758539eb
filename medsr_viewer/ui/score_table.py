"""All scores in a table, with what they were measured on, to be copied."""

from __future__ import annotations

import math

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDockWidget, QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from medsr_viewer.ui.results import Results, Scored
from medsr_viewer.ui.state import State
from medsr_viewer.workflows.captions import NO_SCORE

COLUMNS = ("method", "PSNR dB", "SSIM", "MS-SSIM", "UQI")
_LEAST_WIDTH = 360


class ScoreTable(QDockWidget):
    """A row a method.

    Parameters
    ----------
    state : State
        Whether there is a reference.
    results : Results
        The scores.
    parent : QWidget, optional
        The window.
    """

    def __init__(self, state: State, results: Results, parent: QWidget | None = None) -> None:
        super().__init__("Scores", parent)
        self.setObjectName("scores")
        self._state, self._results = state, results
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.measured = QLabel()
        self.measured.setWordWrap(True)
        body = QWidget()
        body.setMinimumWidth(_LEAST_WIDTH)
        column = QVBoxLayout(body)
        column.setContentsMargins(4, 2, 4, 2)
        column.addWidget(self.measured)
        column.addWidget(self.table)
        self.setWidget(body)
        results.scores_changed.connect(self.refresh)
        state.choices_changed.connect(self.refresh)
        state.image_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the scores in force."""
        scores = self._results.scores_of(self._state.image, self._state.choices)
        self.table.setRowCount(len(scores))
        for row, (method, scored) in enumerate(scores.items()):
            for column, text in enumerate((method, *score_cells(scored))):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self.measured.setText(self._what_was_measured(scores))

    def _what_was_measured(self, scores: dict[str, Scored]) -> str:
        if self._state.choices.mode == "enhance":
            return f"Enhance: {NO_SCORE}."
        for scored in scores.values():
            return f"Measured on: {scored.measured.describe()}"
        return "No scores yet."


def score_cells(scored: Scored) -> tuple[str, ...]:
    """Return PSNR, SSIM, MS-SSIM and UQI as text; "" where one is undefined."""
    scores = scored.scores
    psnr = "" if scores.psnr_db is None else "identical" if math.isinf(scores.psnr_db) else f"{scores.psnr_db:.3f}"
    rest = (scores.ssim, scores.ms_ssim, scores.uqi)
    return psnr, *("" if value is None else f"{value:.4f}" for value in rest)


def scores_as_tsv(scores: dict[str, Scored], source: str) -> str:
    """Return scores as tab-separated lines, each with what it was measured on.

    Parameters
    ----------
    scores : dict
        By method.
    source : str
        Which image: the file's name and the frame.
    """
    lines = ["\t".join((*COLUMNS, "source", "measured on"))]
    lines += ["\t".join((name, *score_cells(one), source, one.measured.describe())) for name, one in scores.items()]
    return "\n".join(lines) + "\n"
