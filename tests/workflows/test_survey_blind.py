"""What the auditor refuses when a survey is made: what no rating window would see is not kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.audit import Finding
from medsr_viewer.survey.design import Arrangement, Case, Condition, Design
from medsr_viewer.survey.sources import sources_file_of
from medsr_viewer.workflows import survey_new
from medsr_viewer.workflows.survey_new import NewSurvey, create_survey

LEAK = Finding("order", "it tells", "plan.json", "Set the survey up again.")
HINT = Finding("tile seams", "it steps", "stimuli", "Look at it.", "warning")


def auditor(*, first: list[Finding], at_rating: list[Finding]) -> Callable[..., list[Finding]]:
    """Return one that finds something with the allocation and the pixels, and something without."""

    def audit(_folder: object, *, look_at_pixels: bool = True, **_others: Any) -> list[Finding]:
        return first if look_at_pixels else at_rating

    return audit


def made(folder: Path, monkeypatch: pytest.MonkeyPatch, audit: Callable[..., list[Finding]]) -> NewSurvey:
    monkeypatch.setattr(survey_new, "audit", audit)
    Image.fromarray(np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)).save(folder / "case.png")
    conditions = (Condition("plain", "bicubic"), Condition("soft", "bilinear"))
    cases = (Case("case", folder / "case.png"),)
    design = Design("A study", "acr", 2, cases, conditions, (), arrangement=Arrangement(observers=2))
    return create_survey(folder / "study", design, "correct horse")


def test_what_only_shows_while_it_is_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SurveyError, match=r"was not kept: it tells \(plan\.json\)$") as caught:
        made(tmp_path, monkeypatch, auditor(first=[LEAK, HINT], at_rating=[]))
    assert caught.value.advice == "Set the survey up again."
    assert not (tmp_path / "study").exists()
    assert not sources_file_of(tmp_path / "study").exists()


def test_what_the_rating_window_refuses_too_is_told_and_can_be_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = made(tmp_path, monkeypatch, auditor(first=[LEAK, HINT], at_rating=[LEAK]))
    assert survey.findings == (LEAK, HINT)
    assert (tmp_path / "study" / "design.toml").is_file()


def test_a_warning_keeps_nothing_from_being_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert made(tmp_path, monkeypatch, auditor(first=[HINT], at_rating=[])).findings == (HINT,)


def test_an_auditor_that_fails_leaves_no_survey_that_nobody_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def audit(*_folder: object, **_others: object) -> list[Finding]:
        raise MemoryError

    with pytest.raises(MemoryError):
        made(tmp_path, monkeypatch, audit)
    assert not (tmp_path / "study").exists()
    assert not sources_file_of(tmp_path / "study").exists()
