"""Parts of the rating window that need no survey."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsr_viewer.survey.design import Screen
from medsr_viewer.survey.feedback import Feedback
from medsr_viewer.survey.scales import ACR, QUALITY
from medsr_viewer.ui.survey.answer_sheet import AnswerSheet
from medsr_viewer.ui.survey.arrangement import best_columns
from medsr_viewer.ui.survey.feedback_text import feedback_text
from medsr_viewer.ui.survey.screen_facts import in_words, is_large_enough
from medsr_viewer.ui.survey.shared_window import PRESETS, SharedWindow
from medsr_viewer.ui.survey.trial_log import TrialLog
from medsr_viewer.ui.survey.trial_texts import next_text
from medsr_viewer.ui.survey.view_clock import ViewClock

from .rating_study import study_design


def test_enter_goes_through_everything_that_is_open() -> None:
    sheet = AnswerSheet(2, 2)
    visited = []
    while not sheet.is_complete:
        visited.append((sheet.image, sheet.question))
        sheet.rate(3)
        sheet.go_to_open()
    assert visited == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_what_was_skipped_comes_last() -> None:
    sheet = AnswerSheet(3, 1)
    sheet.move_image(1)
    sheet.rate(4)
    sheet.go_to_open()
    assert sheet.image == 2
    sheet.rate(2)
    sheet.go_to_open()
    assert sheet.image == 0


def test_the_images_are_shown_as_large_as_can_be() -> None:
    assert best_columns(1, 1500, 1000, 1.0) == 1
    assert best_columns(2, 1600, 900, 1.0) == 2
    assert best_columns(4, 1280, 870, 1.0) == 2  # not three and one
    assert best_columns(4, 3000, 900, 1.0) == 4
    assert best_columns(2, 900, 1600, 1.0) == 1


@given(st.integers(1, 8), st.floats(300, 4000), st.floats(300, 4000), st.floats(0.3, 3))
def test_no_other_grid_shows_them_larger(count: int, width: float, height: float, aspect: float) -> None:
    def size(columns: int) -> float:
        return min(width / columns / aspect, height / -(-count // columns))

    chosen = size(best_columns(count, width, height, aspect))
    assert all(size(columns) <= chosen + 1 for columns in range(1, count + 1))


def test_time_in_pauses_does_not_count() -> None:
    now = [100.0]
    clock = ViewClock(lambda: now[0])
    clock.start()
    now[0] += 3
    clock.halt()
    now[0] += 60
    clock.start()
    now[0] += 2
    assert clock.seconds == 5


def test_a_drag_is_one_entry_of_the_log() -> None:
    now = [0.0]
    log = TrialLog(lambda: now[0])
    for step in range(20):
        now[0] = step * 0.02
        log.note_view(1 + step, (3, 4))
    now[0] = 5.0
    log.note_view(2, (3, 4))
    log.note_answer(0, 0, 4)
    log.note_answer(0, 0, 5)
    found = log.payload({"gray_ms": 500})
    assert found["zoom"] == [[0.38, 20, 3, 4], [5.0, 2, 3, 4]]
    assert found["answers"] == [[5.0, 0, 0, 4], [5.0, 0, 0, 5]]
    assert found["gray_ms"] == 500


def test_the_window_follows_no_value_of_an_image() -> None:
    shared = SharedWindow()
    for index, (shift, factor, _name) in enumerate(PRESETS):
        shared.choose(index)
        window = shared.applied((40.0, 80.0))
        assert (window.center, window.width) == (40 + 80 * shift, 80 * factor)
    shared.reset()
    assert (shared.applied((40.0, 80.0)).center, shared.applied((40.0, 80.0)).width) == (40, 80)


def test_dragging_right_widens_and_down_brightens() -> None:
    shared = SharedWindow()
    shared.begin_drag()
    shared.drag(100, 50, fine=False)
    window = shared.applied((40.0, 80.0))
    assert window.width > 80
    assert window.center < 40


def test_a_fixed_window_stays() -> None:
    shared = SharedWindow()
    shared.is_fixed = True
    shared.begin_drag()
    shared.drag(100, 50, fine=False)
    shared.choose(1)
    assert (shared.shift, shared.factor) == (0, 1)


def test_values_are_named_with_one_digit() -> None:
    assert [QUALITY.numbered(value) for value in QUALITY.values] == ["1 poor", "2", "3", "4", "5 high quality"]
    assert ACR.numbered(4) == "4 Good"


@pytest.mark.parametrize(("turned", "said"), [(True, "5 is the best, 1 is the worst"), (False, "as it is meant")])
def test_feedback_says_the_direction(turned: bool, said: str) -> None:
    assert said in feedback_text(Feedback((5,), (1,), turned, turned), study_design())


def test_feedback_on_a_finding_speaks_of_presence() -> None:
    text = feedback_text(Feedback((5,), (1,), True, True), study_design(protocol="roc"))
    assert "5 Certainly present" in text
    assert "best" not in text


def test_a_screen_on_its_side_is_large_enough() -> None:
    facts = {"width": 1080, "height": 1920, "width_mm": 286, "height_mm": 508}
    assert is_large_enough(facts, Screen(1920, 1080))
    assert not is_large_enough({"width": 1080, "height": 1800}, Screen(1920, 1080))
    assert "23 inches" in in_words(facts)
    assert "not known" in in_words({"width": 1080, "height": 1920})


def test_the_button_says_what_comes_next() -> None:
    sheet = AnswerSheet(2, 2)
    said = []
    while not sheet.is_complete:
        said.append(next_text("open", sheet))
        sheet.rate(3)
        sheet.go_to_open()
    assert said == ["Next question", "Next image", "Next question", "Save and next"]


def test_the_sheet_takes_over_only_what_fits() -> None:
    sheet = AnswerSheet(2, 1)
    sheet.fill(((4,),))
    assert not np.any(sheet.all_values())
    sheet.fill(((4,), (2,)))
    assert sheet.all_values() == ((4,), (2,))
