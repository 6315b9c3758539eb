"""The auditor's look at the window's own texts, which does not hold the window up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Plan
from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.ui.survey import own_texts
from medsr_viewer.ui.survey.own_texts import OwnTexts

from .rating_study import make_study, study_design


@pytest.fixture
def survey(tmp_path: Path) -> tuple[Design, Plan]:
    return study_design(), read_plan(make_study(tmp_path / "study").plan_file)


@pytest.fixture
def looked_at(qtbot: QtBot) -> Iterator[tuple[QWidget, OwnTexts]]:
    window = QWidget()
    qtbot.addWidget(window)
    for number in range(30):
        QLabel(f"text {number}", window)
    texts = OwnTexts(window)
    yield window, texts
    texts.shutdown()


def test_a_plain_window_is_blind(
    qtbot: QtBot, looked_at: tuple[QWidget, OwnTexts], survey: tuple[Design, Plan]
) -> None:
    with qtbot.waitSignal(looked_at[1].blind, timeout=5000):
        looked_at[1].judge(*survey)


def test_a_window_that_names_a_method_is_refused(
    qtbot: QtBot, looked_at: tuple[QWidget, OwnTexts], survey: tuple[Design, Plan]
) -> None:
    QLabel("zebramethod", looked_at[0])
    with qtbot.waitSignal(looked_at[1].refused, timeout=5000) as refused:
        looked_at[1].judge(*survey)
    assert "not blind" in refused.args[0].reason


def test_the_window_lives_on_while_its_texts_are_read(
    qtbot: QtBot,
    looked_at: tuple[QWidget, OwnTexts],
    survey: tuple[Design, Plan],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window, texts = looked_at
    monkeypatch.setattr(own_texts, "_PORTION_SECONDS", 0.0)
    ticks = []
    timer = QTimer(window, interval=0)
    timer.timeout.connect(lambda: ticks.append(len(ticks)))
    timer.start()
    with qtbot.waitSignal(texts.blind, timeout=5000):
        texts.judge(*survey)
        window.findChildren(QLabel)[-1].deleteLater()  # what is gone before it was read holds nothing up
    timer.stop()
    assert len(ticks) > 30


def test_nothing_is_heard_after_the_end(
    qtbot: QtBot,
    looked_at: tuple[QWidget, OwnTexts],
    survey: tuple[Design, Plan],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_texts, "_PORTION_SECONDS", 0.0)
    with qtbot.assertNotEmitted(looked_at[1].blind, wait=100):
        looked_at[1].judge(*survey)
        qtbot.wait(1)
        looked_at[1].shutdown()
