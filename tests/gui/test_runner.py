from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import UnusableImage
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.runner import Report, Runner


class Listener(QObject):
    """Notes what a runner says, and in which thread it heard it."""

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self.progress: list[object] = []
        self.results: list[object] = []
        self.failures: list[Failure] = []
        self.finished = 0
        self.threads: set[QThread] = set()
        runner.progressed.connect(self.on_progress)
        runner.succeeded.connect(self.on_result)
        runner.failed.connect(self.on_failure)
        runner.finished.connect(self.on_finished)

    @Slot(object)
    def on_progress(self, progress: object) -> None:
        self.progress.append(progress)
        self.threads.add(QThread.currentThread())

    @Slot(object)
    def on_result(self, result: object) -> None:
        self.results.append(result)
        self.threads.add(QThread.currentThread())

    @Slot(Failure)
    def on_failure(self, failure: Failure) -> None:
        self.failures.append(failure)

    @Slot()
    def on_finished(self) -> None:
        self.finished += 1


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    made = Runner("test")
    yield made
    made.shutdown()


def test_work_runs_in_another_thread_and_is_heard_in_this_one(runner: Runner, qtbot: QtBot) -> None:
    listener = Listener(runner)
    here = threading.get_ident()

    def work(_token: CancelToken, report: Report) -> int:
        report("half")
        return threading.get_ident()

    with qtbot.waitSignal(runner.finished):
        runner.submit(work)
    assert listener.progress == ["half"]
    assert listener.results[0] != here
    assert listener.threads == {QThread.currentThread()}
    assert not runner.is_busy


def test_a_newer_job_silences_the_older_one(runner: Runner, qtbot: QtBot) -> None:
    listener = Listener(runner)
    entered, gate = threading.Event(), threading.Event()

    def stubborn(_token: CancelToken, report: Report) -> str:
        entered.set()
        gate.wait(5)  # never looks at its token
        report("late")
        return "old"

    runner.submit(stubborn)
    assert entered.wait(5)
    runner.submit(lambda _token, _report: "new")
    gate.set()
    qtbot.waitUntil(lambda: listener.results == ["new"])
    assert listener.progress == []
    assert listener.finished == 1


def test_cancelling_is_silent(runner: Runner, qtbot: QtBot) -> None:
    listener = Listener(runner)
    entered, left = threading.Event(), threading.Event()

    def work(token: CancelToken, _report: Report) -> None:
        entered.set()
        try:
            while True:
                token.check()
        finally:
            left.set()

    runner.submit(work)
    assert entered.wait(5)
    runner.cancel()
    assert left.wait(5)
    assert listener.finished == 1
    qtbot.wait(20)
    assert (listener.results, listener.failures, listener.finished) == ([], [], 1)


def test_a_known_error_keeps_its_advice(runner: Runner, qtbot: QtBot) -> None:
    listener = Listener(runner)

    def work(_token: CancelToken, _report: Report) -> None:
        raise UnusableImage("too small", "take a larger one")

    with qtbot.waitSignal(runner.finished):
        runner.submit(work)
    failure = listener.failures[0]
    assert (failure.reason, failure.advice, failure.details) == ("too small", "take a larger one", "")


def test_an_unexpected_error_brings_a_traceback_and_is_logged(
    runner: Runner, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener(runner)

    def work(_token: CancelToken, _report: Report) -> None:
        raise ZeroDivisionError("oops")

    with qtbot.waitSignal(runner.finished):
        runner.submit(work)
    assert "ZeroDivisionError: oops" in listener.failures[0].details
    assert "in work" in listener.failures[0].details
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux alone")
def test_workers_are_nicer_than_the_event_loop(runner: Runner, qtbot: QtBot) -> None:
    listener = Listener(runner)

    def work(_token: CancelToken, _report: Report) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    with qtbot.waitSignal(runner.finished):
        runner.submit(work)
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert isinstance(listener.results[0], int)
    assert listener.results[0] > own or own >= 10
