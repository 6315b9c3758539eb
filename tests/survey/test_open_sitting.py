"""Whether an observer rates in a window that runs."""

from __future__ import annotations

from pathlib import Path

from medsr_viewer.survey.open_sitting import open_sitting
from medsr_viewer.survey.store import open_store

from .survey_example import example


def test_the_latest_sitting_of_an_observer_is_open_while_its_window_is(tmp_path: Path) -> None:
    survey = example(tmp_path)
    url = f"sqlite:///{survey.store._database.path}"
    assert open_sitting(survey.store, "R1") is None, "no sitting yet"
    with open_store(url) as older:
        survey.sitting("R1", older)
        with open_store(url) as newer:
            survey.clock.go_on(60)
            survey.sitting("R1", newer)
            found = open_sitting(survey.store, "R1")
            assert found is not None
            assert found.is_here
            assert found.since == newer.records(kinds=("session",))[-1].time
            assert open_sitting(survey.store, "R2") is None
        assert open_sitting(survey.store, "R1") is None, "the older one has ended, though its window is there"
