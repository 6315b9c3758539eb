"""No text of the rating window tells what is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QLabel, QListView, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from medsr_viewer.ui.survey.conducting import Conducting
from medsr_viewer.ui.survey.exposed import exposed_texts
from medsr_viewer.ui.survey.window import TITLE

from .conftest import Open
from .rating_study import QUICK, SECRETS, make_study
from .sitting_driver import AutoRater


def told(conducting: Conducting) -> str:
    return "\n".join(exposed_texts(conducting.window)).casefold()


@pytest.mark.parametrize("protocol", ["acr", "queens"])
def test_no_name_file_or_identifier_is_told_during_a_whole_sitting(
    tmp_path: Path, open_rating: Open, qtbot: QtBot, protocol: str
) -> None:
    folder = make_study(tmp_path / "study", protocol=protocol, sitting=replace(QUICK, back=True))
    conducting = open_rating(folder)
    rater = AutoRater(conducting)
    identifiers = [path.stem for path in folder.stimuli_folder.iterdir()]
    seen: set[str] = set()
    titles: set[str] = set()

    def is_finished() -> bool:
        seen.update(exposed_texts(conducting.window))
        titles.add(conducting.window.windowTitle())
        return conducting.standing is not None and conducting.standing.step.kind == "finished"

    qtbot.waitUntil(is_finished, timeout=60_000)
    rater.stop()
    texts = "\n".join(seen).casefold()
    for secret in (*SECRETS, *identifiers, "bicubic", "lanczos", "nearest", str(tmp_path), ".npy", "48 x 64"):
        assert secret.casefold() not in texts, secret
    assert "excellent" in texts or "high quality" in texts  # the sitting was read at all
    assert titles == {TITLE}


def _tooltip(widget: QWidget) -> None:
    QLabel("image", widget).setToolTip("zebramethod")


def _accessible_name(widget: QWidget) -> None:
    QPushButton(widget).setAccessibleName("zebramethod")


def _hidden_label(widget: QWidget) -> None:
    QLabel("zebramethod", widget).hide()


def _object_name(widget: QWidget) -> None:
    QLabel(widget).setObjectName("zebramethod")


def _status_tip(widget: QWidget) -> None:
    QLabel(widget).setStatusTip("zebramethod")


def _whats_this(widget: QWidget) -> None:
    QLabel(widget).setWhatsThis("zebramethod")


def _title(widget: QWidget) -> None:
    QWidget(widget).setWindowTitle("zebramethod")


def _menu(widget: QWidget) -> None:
    QMenu(widget).addAction(QAction("zebramethod", widget))


def _combo(widget: QWidget) -> None:
    QComboBox(widget).addItems(["one", "zebramethod"])


def _property(widget: QWidget) -> None:
    QLabel(widget).setProperty("method", "zebramethod")


def _list(widget: QWidget) -> None:
    view = QListView(widget)
    model = QStandardItemModel(view)
    model.appendRow(QStandardItem("zebramethod"))
    view.setModel(model)


@pytest.mark.parametrize(
    "plant",
    [
        _tooltip,
        _accessible_name,
        _hidden_label,
        _object_name,
        _status_tip,
        _whats_this,
        _title,
        _menu,
        _combo,
        _property,
        _list,
    ],
)
def test_a_planted_leak_is_found(tmp_path: Path, open_rating: Open, qtbot: QtBot, plant: object) -> None:
    conducting = open_rating(make_study(tmp_path / "study"))
    qtbot.waitUntil(lambda: hasattr(conducting.pages, "trial"))
    assert "zebramethod" not in told(conducting)
    plant(conducting.pages.trial)  # type: ignore[operator]
    assert "zebramethod" in told(conducting)


def test_a_text_painted_over_an_image_is_found(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    conducting = open_rating(make_study(tmp_path / "study"))
    rater = AutoRater(conducting)
    qtbot.waitUntil(
        lambda: hasattr(conducting.pages, "trial") and bool(conducting.pages.trial.wall.ports), timeout=20_000
    )
    rater.stop()
    conducting.pages.trial.wall.ports[0].overlay.top_left = ["zebramethod"]
    assert "zebramethod" in told(conducting)
