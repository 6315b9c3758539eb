"""A survey is made with the weights that are there when it is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.errors import ModelError
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.survey.design import Arrangement, Case, Condition, Design
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.sealing import unseal
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.workflows.survey_new import create_survey


def design_in(folder: Path) -> Design:
    pixels = np.random.default_rng(1).integers(0, 255, (40, 48), np.uint8)
    Image.fromarray(pixels).save(folder / "case.png")
    conditions = (Condition("plain", "bicubic"), Condition("net", "net"))
    arrangement = Arrangement(observers=2, seed=1)
    return Design("A study", "acr", 2, (Case("case", folder / "case.png"),), conditions, (), arrangement=arrangement)


@pytest.mark.usefixtures("model_folder")
def test_weights_that_were_replaced_since_the_program_looked_are_the_new_ones(
    tmp_path: Path, make_family: Callable[..., tuple[ModelCard, ModelCard]]
) -> None:
    old, _ = make_family(seed=1)
    assert old.sha256 in {card.sha256 for card in catalogue().cards}
    new, _ = make_family(seed=2)
    assert new.sha256 != old.sha256
    create_survey(tmp_path / "study", design_in(tmp_path), "correct horse")
    allocation = unseal(SurveyFolder(tmp_path / "study").read_sealed(), "correct horse")
    assert allocation.computation is not None
    assert allocation.computation.conditions["net"].weights_sha256 == (new.sha256,)


@pytest.mark.usefixtures("model_folder")
def test_torn_weights_leave_nothing_behind_and_the_advice_names_a_rescan_first(
    tmp_path: Path, make_family: Callable[..., tuple[ModelCard, ModelCard]]
) -> None:
    card, _ = make_family()
    card.path.write_bytes(b"torn")
    with pytest.raises(ModelError) as caught:
        create_survey(tmp_path / "study", design_in(tmp_path), "correct horse")
    assert "Rescan models" in caught.value.advice
    assert not (tmp_path / "study").exists()
