"""From records to the report: a small survey rated through its own session, unblinded, analysed and written."""

from __future__ import annotations

import getpass
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.design import Case, Condition
from medsr_viewer.survey.objective import ObjectiveTable, objective_scores
from medsr_viewer.survey.plan import Meaning
from medsr_viewer.survey.protocols import LABELLED
from medsr_viewer.survey.report.facts import survey_facts
from medsr_viewer.survey.report.writing import write_report
from medsr_viewer.survey.whole_analysis import analyse_survey
from medsr_viewer.survey.withdrawal import withdraw

from .survey_example import Example, example


def rated(folder: Path, observers: int = 3, **options) -> Example:
    made = example(folder, observers=observers, **options)
    for number in range(observers):
        session = made.sitting(f"R{number}")
        for place in range(len(made.plan.sequences[0])):
            made.rate(session, 1 + (place + number) % 5)
    return made


def test_the_facts_come_from_the_records(tmp_path: Path) -> None:
    made = rated(tmp_path, repeats=1, attention=1)
    records = made.store.records()
    facts = survey_facts(made.design, records, problems=[])
    assert facts.answered == facts.enrolled == ("R0", "R1", "R2")
    assert facts.withdrawn == ()
    assert facts.screens == ()  # the example's display says no height
    assert facts.began == facts.ended == "2026-03-01"
    assert not facts.is_simulated
    assert [one.source for one in facts.conditions] == ["method bicubic, x4", "method fmen, x4"]
    assert [one.weights_sha256 for one in facts.conditions] == [None, None], "not kept in this allocation"
    assert (facts.computed_by, facts.degradation, facts.versions) == ("", "", ())
    assert facts.factors == (4,)
    assert facts.named(facts.conditions[1]) == "fmen"


def test_what_was_rated_is_what_is_reported_and_no_more(tmp_path: Path) -> None:
    made = rated(tmp_path, repeats=1, attention=1)
    secret = tmp_path / "Doe^John" / "1.2.3.dcm"
    cases = tuple(replace(case, path=secret) for case in made.design.cases)
    design = replace(made.design, cases=cases)
    records = made.store.records()
    analyses = analyse_survey(records, made.allocation, design)
    (analysis,) = analyses
    assert analysis.n == 3 * 5  # four stimuli and a repeat; the attention check is none
    assert not isinstance(analysis.within, Missing)
    assert analysis.within[0].n == 3
    files = write_report(tmp_path / "out", analyses, survey_facts(design, records))
    held = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert held["observers"] == 3
    assert held["questions"][0]["screening"]["observers"][0]["checks"] == 1
    for path in files:
        content = path.read_bytes()
        for secret_word in (str(tmp_path), "Doe^John", "1.2.3.dcm", str(Path.home()) + "/", f"/{getpass.getuser()}/"):
            assert secret_word.encode() not in content, path


def test_who_withdrew_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    made = rated(tmp_path)
    withdraw(made.store, "R1", erase=True)
    records = made.store.records()
    facts = survey_facts(made.design, records)
    assert facts.answered == ("R0", "R2")
    assert facts.withdrawn == ("R1",)
    (analysis,) = analyse_survey(records, made.allocation, made.design)
    assert analysis.table.observers == ("R0", "R2")


@pytest.fixture
def pictures() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    reference = rng.normal(100, 40, (40, 48)).astype(np.float32)
    return {
        name: reference + np.float32(sd) * rng.normal(size=(40, 48)).astype(np.float32) for name, sd in _NOISE.items()
    }


_NOISE = {"ref": 0.0, "s0b": 9.0, "s0f": 3.0}


def test_objective_scores_are_of_the_stored_stimuli(tmp_path: Path, pictures: dict[str, np.ndarray]) -> None:
    made = example(tmp_path, cases=1)
    with_original = replace(made.allocation, meanings=made.allocation.meanings | {"ref": Meaning("case0", LABELLED)})
    found = objective_scores(pictures.__getitem__, with_original, made.design)
    assert isinstance(found, ObjectiveTable)
    assert found.conditions == ("bicubic", "fmen")
    reference = pictures["ref"].astype(float)
    for column, name in enumerate(("s0b", "s0f")):
        oracle = peak_signal_noise_ratio(reference, pictures[name].astype(float), data_range=np.ptp(reference))
        assert found.scores["psnr_db"][0, column] == pytest.approx(oracle, abs=1e-4)
    assert found.scores["ssim"][0, 0] < found.scores["ssim"][0, 1] < 1
    assert math.isnan(found.scores["ms_ssim"][0, 0])  # smaller than 176 pixels


def test_a_hidden_reference_serves_and_is_not_scored(tmp_path: Path, pictures: dict[str, np.ndarray]) -> None:
    made = example(tmp_path, cases=1)
    design = replace(made.design, conditions=(*made.design.conditions, Condition("reference", role="reference")))
    allocation = replace(made.allocation, meanings=made.allocation.meanings | {"ref": Meaning("case0", "reference")})
    found = objective_scores(pictures.__getitem__, allocation, design)
    assert isinstance(found, ObjectiveTable)
    assert found.conditions == ("bicubic", "fmen")


def test_colour_is_scored_as_luma(tmp_path: Path) -> None:
    made = example(tmp_path, cases=1)
    rng = np.random.default_rng(1)
    gray = {name: np.float32(rng.integers(0, 256, (24, 24))) for name in _NOISE}
    colour = {name: np.repeat(values[..., None], 3, axis=2) for name, values in gray.items()}
    allocation = replace(made.allocation, meanings=made.allocation.meanings | {"ref": Meaning("case0", LABELLED)})
    found = objective_scores(colour.__getitem__, allocation, made.design)
    assert isinstance(found, ObjectiveTable)
    oracle = peak_signal_noise_ratio(gray["ref"], gray["s0b"], data_range=255)
    assert found.scores["psnr_db"][0, 0] == pytest.approx(oracle, abs=1e-3)


def test_without_a_reference_there_are_no_objective_scores(tmp_path: Path) -> None:
    made = example(tmp_path)
    found = objective_scores(lambda _: pytest.fail("nothing to load"), made.allocation, made.design)
    assert isinstance(found, Missing)
    assert "reference" in found.reason


def test_training_cases_are_not_scored(tmp_path: Path, pictures: dict[str, np.ndarray]) -> None:
    made = example(tmp_path, cases=1)
    design = replace(made.design, cases=(*made.design.cases, Case("trained", Path("t.dcm"), training=True)))
    allocation = replace(made.allocation, meanings=made.allocation.meanings | {"ref": Meaning("case0", LABELLED)})
    found = objective_scores(pictures.__getitem__, allocation, design)
    assert isinstance(found, ObjectiveTable)
    assert found.cases == ("case0",)


def test_who_did_not_come_to_the_end_is_said_to_have_not(tmp_path: Path) -> None:
    made = rated(tmp_path)
    made.rate(made.sitting("R9"), 3)
    facts = survey_facts(made.design, made.store.records())
    assert facts.answered == ("R0", "R1", "R2", "R9")
    assert facts.unfinished == ("R9",)
    assert facts.rating_sites == 1
