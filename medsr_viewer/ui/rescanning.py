"""Looking for models that came, changed or went since the window was opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.runner import Report, Runner
from medsr_viewer.ui.state import State
from medsr_viewer.upscaling.catalogue import Catalogue

# ruff: noqa: RUF001 - the multiplication sign is meant

Rescan: TypeAlias = Callable[[], Catalogue]
"""`medsr_viewer.upscaling.catalogue.rescan`, or what stands in for it."""


class Rescanning(QObject):
    """Looks for models in the background.

    Parameters
    ----------
    state : State
        The methods that were known.
    runner : Runner
        For this alone.
    rescan : callable
        What looks.
    parent : QObject, optional
        Owner.
    """

    found = Signal(object)
    """Catalogue: what is there now."""
    told = Signal(str, str)
    """Title and text of what was found."""
    failed = Signal(Failure)

    def __init__(self, state: State, runner: Runner, rescan: Rescan, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._runner, self._rescan = state, runner, rescan
        runner.succeeded.connect(self._on_found)
        runner.failed.connect(self.failed)

    @Slot()
    def start(self) -> None:
        """Look for models."""
        rescan = self._rescan

        def work(_token: CancelToken, _report: Report) -> Catalogue:
            return rescan()

        self._runner.submit(work)

    @Slot(object)
    def _on_found(self, catalogue: Catalogue) -> None:
        text = describe_change(self._state.catalogue, catalogue)
        self.found.emit(catalogue)
        self.told.emit("Models", text)


def describe_change(before: Catalogue, after: Catalogue) -> str:
    """Return what came, changed and went from one catalogue to the next, and what is refused and why."""
    old, new = ({_name(card): card for card in one.cards} for one in (before, after))
    blends = {blend.name for blend in before.blends}
    sentences = [
        _list("New", (name for name in new if name not in old)),
        _list("Changed", (name for name in new if name in old and new[name] != old[name])),
        _list("Gone", (name for name in old if name not in new)),
        _list("New blend", (blend.name for blend in after.blends if blend.name not in blends)),
    ]
    if not any(sentences):
        sentences.append(f"Nothing new: {len(new)} model{'s' * (len(new) != 1)}.")
    sentences += [f"Refused: {str(problem).rstrip('.')}." for problem in after.problems]
    return " ".join(sentence for sentence in sentences if sentence)


def _list(what: str, names: Iterable[str]) -> str:
    text = ", ".join(names)
    return f"{what}: {text}." if text else ""


def _name(card: ModelCard) -> str:
    return f"{card.name} ×{card.scale_factor}"
