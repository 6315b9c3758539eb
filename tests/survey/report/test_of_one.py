"""One observer, or one case, or two: what cannot be known of others is not claimed in any part of the report."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.objective import ObjectiveTable
from medsr_viewer.survey.report.writing import report_files

from .report_example import analysed, facts_of, ratings

TESTED = ("bicubic", "fmen", "@anchor")


def _analysed(observers: int, cases: int, protocol: Any = "acr", *, objective: bool = False, seed: int = 1) -> Analysis:
    names = tuple(f"R{number + 1}" for number in range(observers))
    if protocol == "roc":
        table = ratings(names, cases, TESTED[:2], repeats=0, means=(3, 3), seed=seed)
        return analysed(table, "roc", findings={case: place % 2 == 0 for place, case in enumerate(table.cases)})
    table = ratings(names, cases, TESTED, repeats=0, means=(2.6, 3.1, 2.3), seed=seed)
    mos = table.cube().mean(axis=0)
    noise = np.random.default_rng(seed).normal(size=mos.shape)
    scores = ObjectiveTable(table.cases, TESTED, {"psnr_db": 25 + 4 * mos + 2 * noise}) if objective else None
    return analysed(table, protocol, objective=scores)


def _written(analysis: Analysis) -> tuple[dict[str, Any], str, str]:
    files = report_files([analysis], facts_of(analysis))
    held, page, methods = json.loads(files["report.json"]), files["report.html"], files["methods.txt"]
    assert isinstance(page, str)
    assert isinstance(methods, str)
    return held, re.sub(r"<[^>]+>", " ", page), methods


def _cautions(part: Any) -> list[str]:
    """Return all cautions of a part of the JSON."""
    if isinstance(part, Mapping):
        own = [part["caution"]] if "caution" in part else []
        return own + [each for value in part.values() for each in _cautions(value)]
    return [each for value in part for each in _cautions(value)] if isinstance(part, list) else []


@pytest.mark.parametrize("protocol", ["acr", "vgc", "roc"])
def test_one_observer_is_told_beside_every_figure(protocol: str) -> None:
    analysis = _analysed(1, 16, protocol)
    held, page, methods = _written(analysis)
    told = "every figure here is of this observer alone, and says nothing about other observers"
    assert told in held["caution"]
    question = held["questions"][0]
    parts = ("roc", "roc_differences", "conditions") if protocol == "roc" else ("vgc", "ordinal", "conditions")
    for name in parts:
        cautions = _cautions(question[name])
        assert cautions
        assert all(told in caution for caution in cautions), name
    assert page.count(analysis.caution) >= (2 if protocol == "roc" else 4)
    for text in (page, methods):
        for claimed in (
            "Obuchowski",
            "clustering by observer",
            "were averaged over observers",
            "resamples of observers",
        ):
            assert claimed not in text, claimed
        assert "1 observers" not in text
    assert "Holm" not in methods
    assert "drawn at random" not in re.sub(r"cases drawn at random", "", page.replace("sides were drawn at random", ""))
    if protocol == "roc":
        assert "of this one observer" in question["estimand"]
    else:
        assert question["estimand"].startswith("Mean rating of a condition by this one observer over new cases")


def test_what_one_observer_cannot_tell_is_missing_with_its_reason() -> None:
    held, page, methods = _written(_analysed(1, 16))
    question = held["questions"][0]
    assert question["biases"] == {"missing": question["biases"]["missing"]}
    assert "needs 3 observers; there is 1" in question["biases"]["missing"]
    assert question["biases"]["missing"] in page.replace("&#x27;", "'")
    assert "weighs more than all others" not in page
    (screened,) = question["screening"]["observers"]
    assert screened["p913"]["by_stimulus"] is screened["p913"]["by_condition"] is screened["others"]["r"] is None
    assert screened["p913"]["wanting"] == "there is no other observer"
    assert set(question["screening"]["without_effect"]) == {"bt500", "p913", "inverted"}
    assert "Rules without effect here: bt500 needs 6 observers" in page
    assert "The observer was screened for ranked answers, for constant answers and for haste" in methods
    assert "P.910 Annex E" not in methods
    assert "without intervals or tests" in methods
    assert "robust to clustering by case." in methods


def test_two_observers_have_no_model_of_their_noise_and_enough_have() -> None:
    two, page, _ = _written(_analysed(2, 8))
    assert "needs 3 observers; there are 2" in two["questions"][0]["biases"]["missing"]
    assert "agreement is that of these, and the one-way and two-way random forms of ICC" in page
    enough, page, methods = _written(_analysed(6, 8))
    assert enough["questions"][0]["biases"]["by_condition"]
    assert _cautions(enough) == [""] * len(_cautions(enough))
    assert "agreement is that of these" not in page
    assert "P.910 Annex E" in methods
    for cited in ("Obuchowski NA, Rockette HE.", "Hillis SL.", "Holm S.", "McCullagh P.", "Cameron AC"):
        assert cited in methods


@pytest.mark.parametrize("cases", [1, 2])
def test_one_and_two_cases_are_told(cases: int) -> None:
    analysis = _analysed(8, cases, objective=True)
    held, page, methods = _written(analysis)
    question = held["questions"][0]
    told = "every figure here is of this case alone" if cases == 1 else "they rest on 2 cases"
    for name in ("conditions", "differences", "vgc"):
        assert all(told in caution for caution in _cautions(question[name])), name
    assert f"these are of {cases} case" in page
    assert "1 cases" not in page + methods
    compared = "with intervals for these cases alone and without tests" if cases == 1 else "with the same model"
    assert f"paired differences{',' * (cases == 1)} {compared}" in methods
    assert ("p tests 0.5" in page) == (cases == 2)
    assert "bootstrap" not in methods
    if cases == 2:
        assert question["correlations"]["psnr_db"]["srocc"]["ci95"] == [None, None]
        assert "with 2 there is no interval, and no test" in question["correlations"]["psnr_db"]["caution"]
        assert "without intervals or tests, as cases were too few" in methods
    else:
        assert "needs 5 stimuli" in question["correlations"]["psnr_db"]["missing"]
        assert "over new observers of this one case" in question["estimand"]


def test_few_points_of_a_score_claim_neither_interval_nor_curve() -> None:
    table = ratings(tuple("ABCDEF"), 4, TESTED[:2], repeats=0, means=(2.6, 3.2))
    mos = table.cube().mean(axis=0)
    scores = ObjectiveTable(table.cases, TESTED[:2], {"psnr_db": np.round(20 + mos)})
    held, page, methods = _written(analysed(table, objective=scores))
    found = held["questions"][0]["correlations"]["psnr_db"]
    assert found["fit"] is None
    assert found["caution"] in page
    assert found["test"].endswith("RMSE of a straight line")
    assert "the curve is the four-parameter" not in page
    assert "the dashed line is the straight line fitted" in page
    assert found["line"]["slope"] > 0
    assert "error after a straight line; without intervals or tests" in methods
    assert "bootstrap" not in methods
    enough, page, methods = _written(_analysed(8, 12, objective=True))
    assert enough["questions"][0]["correlations"]["psnr_db"]["caution"] == ""
    assert "bootstrap over 12 clusters" in methods


def test_areas_with_few_cases_of_one_kind_are_cautioned_against() -> None:
    table = ratings(tuple("ABCDEF"), 12, TESTED[:2], repeats=0, means=(3, 3))
    held, _, _ = _written(analysed(table, "roc", findings={case: place < 2 for place, case in enumerate(table.cases)}))
    assert "they rest on 2 cases" in held["caution"]
    assert "with the finding or without it, of whichever there are fewer" in held["caution"]
    assert all("they rest on 2 cases" in one["caution"] for one in held["conditions"])


def test_conditions_of_equal_mean_are_rated_alike() -> None:
    table = ratings(tuple("ABCDEF"), 6, TESTED[:2], repeats=0)
    table.value[table.condition == 1] = table.value[table.condition == 0]
    _, page, _ = _written(analysed(table))
    assert "bicubic and fmen are rated alike (95 % CI" in page
    assert "after Holm" not in page  # a single pair
