"""Saving the figure and copying the scores."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from medsr_viewer.ui.contents import methods_of
from medsr_viewer.ui.display.panel_grid import PanelGrid
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.figure import render_figure, writing
from medsr_viewer.ui.provenance import provenance
from medsr_viewer.ui.results import Results
from medsr_viewer.ui.runner import Runner
from medsr_viewer.ui.score_table import scores_as_tsv
from medsr_viewer.ui.state import State


class Saving(QObject):
    """Takes what is on screen elsewhere.

    Parameters
    ----------
    state : State
        Which image.
    results : Results
        The scores.
    grid : PanelGrid
        The panels.
    runner : Runner
        For writing files.
    parent : QObject, optional
        Owner.
    """

    saved = Signal(str)
    copied = Signal()
    """The scores are on the clipboard."""
    failed = Signal(Failure)

    def __init__(
        self, state: State, results: Results, grid: PanelGrid, runner: Runner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._results, self._grid, self._runner = state, results, grid, runner
        runner.succeeded.connect(self._on_saved)
        runner.failed.connect(self.failed)

    @property
    def suggested_name(self) -> str:
        """A file name that says what the figure is of."""
        image, choices = self._state.image, self._state.choices
        stem = Path(image.instance.source).stem if image is not None else "figure"
        return f"{stem}-{choices.mode}-x{choices.scale_factor}.png"

    def save_figure(self, path: Path) -> None:
        """Write the panels as they stand."""
        panels = [panel for panel in self._grid.panels if not panel.isHidden()]
        shown = [(panel, (panel.badge.text, panel.scores.text())) for panel in panels]
        figure = render_figure(self._grid, shown, self._about())
        named = path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
        self._runner.submit(writing(figure, named))

    @Slot()
    def copy_scores(self) -> None:
        """Put the scores, with what they were measured on, on the clipboard."""
        image = self._state.image
        scores = self._results.scores_of(image, self._state.choices)
        if image is None or not scores:
            self.failed.emit(Failure("There are no scores to copy", "Scores exist in Test, once a method is ready."))
            return
        source = f"{Path(image.instance.source).name} frame {image.frame_index + 1}"
        QGuiApplication.clipboard().setText(scores_as_tsv(scores, source))
        self.copied.emit()

    def _about(self) -> tuple[str, ...]:
        image, choices = self._state.image, self._state.choices
        if image is None:
            return ()
        scores, scale = self._results.scores_of(image, choices), choices.scale_factor
        methods = [self._state.catalogue.find(name, scale) for name in methods_of(choices.contents)]
        cards = [method.cards[scale] for method in methods if method.is_learned]
        return provenance(image, choices, self._state.view, scores, date.today(), cards)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self.saved.emit(str(path))
