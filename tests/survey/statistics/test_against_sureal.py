"""The bias-inconsistency model and the screening give what Netflix' sureal gives on the same data."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from medsr_viewer.survey.statistics.bias import BiasModel, bias_inconsistency
from medsr_viewer.survey.statistics.outliers import bt500

pytest.importorskip("sureal")


def ratings(
    seed: int, *, stimuli: int = 30, observers: int = 12, repeats: int = 1, missing: float = 0.0, steadiest: float = 0.3
) -> np.ndarray:
    random = np.random.default_rng(seed)
    quality = random.uniform(1.5, 4.5, (stimuli, 1, 1))
    bias = random.normal(0, 0.4, (1, observers, 1))
    noise = random.uniform(steadiest, 1.1, (1, observers, 1)) * random.normal(size=(stimuli, observers, repeats))
    scores = np.clip(np.round(quality + bias + noise), 1, 5)
    scores[random.random(scores.shape) < missing] = np.nan
    return scores


def of_sureal(model: str, scores: np.ndarray, **options: Any) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old syntax and old numpy
        from sureal import subjective_model
        from sureal.dataset_reader import RawDatasetReader

        videos = [
            {"content_id": 0, "asset_id": index, "path": str(index), "os": [list(own) for own in stimulus]}
            for index, stimulus in enumerate(scores)
        ]
        dataset = SimpleNamespace(ref_videos=[{"content_id": 0, "path": "reference"}], dis_videos=videos)
        result: dict[str, Any] = getattr(subjective_model, model)(RawDatasetReader(dataset)).run_modeling(**options)
    return result


KINDS = [
    pytest.param(ratings(1), id="complete"),
    pytest.param(ratings(2, missing=0.3), id="gaps, one observer dominates"),
    pytest.param(ratings(6, missing=0.2, steadiest=0.6), id="gaps"),
    pytest.param(ratings(3, repeats=3), id="repeats"),
    pytest.param(ratings(4, repeats=2, missing=0.3), id="repeats and gaps"),
    pytest.param(ratings(5, stimuli=80, observers=24, missing=0.5, steadiest=0.6), id="large"),
]


def test_which_data_one_observer_dominates() -> None:
    assert [bias_inconsistency(kind.values[0]).dominant != -1 for kind in KINDS] == [False, True] + [False] * 4


def assert_same(ours: BiasModel, theirs: dict[str, Any]) -> None:
    np.testing.assert_allclose(ours.quality, theirs["quality_scores"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.bias, theirs["observer_bias"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.bias_error, theirs["observer_bias_std"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.inconsistency, theirs["observer_inconsistency"], rtol=0, atol=1e-6)
    below, above = np.array(theirs["observer_inconsistency_ci95"])
    np.testing.assert_allclose(ours.inconsistency_ci95[:, 0], ours.inconsistency - below, rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.inconsistency_ci95[:, 1], ours.inconsistency + above, rtol=0, atol=1e-6)


@pytest.mark.parametrize("scores", KINDS)
def test_annex_e(scores: np.ndarray) -> None:
    ours, theirs = bias_inconsistency(scores), of_sureal("SubjectMLEModelProjectionSolver2", scores)
    assert ours.converged
    assert_same(ours, theirs)
    np.testing.assert_allclose(ours.quality_error, theirs["quality_scores_std"], rtol=0, atol=1e-6)
    reach = np.array(theirs["quality_scores_ci95"][0])
    np.testing.assert_allclose(ours.quality_ci95[:, 0], theirs["quality_scores"] - reach, rtol=0, atol=2e-6)
    if ours.dominant == -1:
        assert ours.log_likelihood / ours.n == pytest.approx(theirs["loglikelihood"], abs=1e-6)


@pytest.mark.parametrize("scores", KINDS)
def test_the_errors_that_the_model_alone_implies(scores: np.ndarray) -> None:
    ours, theirs = bias_inconsistency(scores), of_sureal("SubjectMLEModelProjectionSolver", scores)
    np.testing.assert_allclose(ours.quality_error_model, theirs["quality_scores_std"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("scores", KINDS[2:5])
def test_the_fixed_point_is_the_maximum_likelihood_estimate(scores: np.ndarray) -> None:
    theirs = of_sureal("MaximumLikelihoodEstimationModelContentOblivious", scores, delta_thr=1e-9)
    assert_same(bias_inconsistency(scores), theirs)


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
@pytest.mark.parametrize("repeats", [1, 2])
def test_bt500(seed: int, repeats: int) -> None:
    scores = ratings(seed, observers=16, repeats=repeats)
    random = np.random.default_rng(seed)
    scores[:, :2] = random.choice([1.0, 5.0], scores[:, :2].shape)  # two who toss a coin
    scores = scores[np.ptp(scores, axis=(1, 2)) > 0]
    theirs = of_sureal("SubjrejMosModel", scores)
    ours = bt500(np.moveaxis(scores, 1, 0), ddof=0)
    assert [one.rejected for one in ours] == theirs["observer_rejected"]
    assert any(theirs["observer_rejected"])
    np.testing.assert_allclose([one.share for one in ours], theirs["observer_rejected_1st_stats"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        [one.one_sidedness for one in ours], theirs["observer_rejected_2nd_stats"], rtol=0, atol=1e-12
    )
