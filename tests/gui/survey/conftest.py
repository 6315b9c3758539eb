"""Rating windows that are closed again, with nothing of them left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.ui.survey.at_hand import Material, SurveyAtHand
from medsr_viewer.ui.survey.conducting import Conducting
from medsr_viewer.ui.survey.rating import read_material

Open = Callable[..., Conducting]


@pytest.fixture
def open_rating(qtbot: QtBot) -> Iterator[Open]:
    """Return a function that opens the rating window on a survey's folder; `adapt` may put other parts in."""
    made: list[Conducting] = []

    def open_window(
        folder: SurveyFolder | Path, observer: str = "R1", adapt: Callable[[Material], Material] = lambda m: m
    ) -> Conducting:
        path = folder.path if isinstance(folder, SurveyFolder) else folder
        conducting = Conducting(SurveyAtHand(lambda: adapt(read_material(path, observer)), observer), observer)
        made.append(conducting)
        conducting.window.resize(1280, 720)
        conducting.window.show()
        qtbot.waitExposed(conducting.window)
        conducting.start()
        return conducting

    yield open_window
    for conducting in made:
        conducting.leave()
        assert [thread for thread in conducting.findChildren(QThread) if thread.isRunning()] == []
        conducting.window.deleteLater()
        conducting.deleteLater()
    QApplication.processEvents()
