"""What a rating window hears of its session."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from medsr_viewer.errors import MedsrError
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.new_folder import copy_for_site
from medsr_viewer.survey.session import Session
from medsr_viewer.ui.survey.at_hand import SurveyAtHand
from medsr_viewer.ui.survey.posed_trial import Answer, PosedTrial
from medsr_viewer.ui.survey.rating import read_material
from medsr_viewer.ui.survey.saving import saving
from medsr_viewer.workflows.survey_bundle import export_bundle, merge_bundle

from .rating_study import make_study


def test_answers_of_the_same_name_at_another_site_are_not_counted_as_saved(tmp_path: Path) -> None:
    make_study(tmp_path / "study")
    copy_for_site(SurveyFolder(tmp_path / "study"), tmp_path / "other")
    saved_after(tmp_path / "study", rated=0)
    assert saved_after(tmp_path / "other", rated=1) == 1
    export_bundle(tmp_path / "other", tmp_path / "bundle.zip")
    merge_bundle(tmp_path / "study", tmp_path / "bundle.zip")
    assert saved_after(tmp_path / "study", rated=0) == 0


def test_garbage_is_looked_for_again_once_a_study_is_open_or_refused(tmp_path: Path) -> None:
    make_study(tmp_path / "study")
    read_material(tmp_path / "study", "R1").store.close()
    assert gc.isenabled()
    with pytest.raises(MedsrError):
        read_material(tmp_path / "none", "R1")
    assert gc.isenabled()


def saved_after(folder: Path, *, rated: int) -> int:
    """Open a sitting, answer so many main trials after the training, and return how many are said to be saved."""
    at_hand = SurveyAtHand(lambda: read_material(folder, "R1"), "R1")
    material, outcome = at_hand.open({})
    assert material is not None
    if rated:
        at_hand.ask(lambda session: session.consent(agreed=True, text_digest="ab"))
        at_hand.ask(lambda session: session.screen(passed=True, facts={}))
        outcome = at_hand.ask(Session.instructions_read)
    while rated:
        assert outcome.standing is not None
        step = outcome.standing.step
        assert step.trial is not None
        posed = PosedTrial.of_step(step, outcome.standing.saved, can_go_back=False, earlier=())
        answer = Answer(posed, tuple((value or 3,) for value in step.trial.expected or (3,)), 1.0, {})
        outcome = at_hand.ask(saving(answer, material.design), answer)
        rated -= not posed.is_training
    at_hand.close()
    assert outcome.standing is not None
    return outcome.standing.saved
