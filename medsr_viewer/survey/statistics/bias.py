"""Quality of each stimulus freed of the observers' biases, weighted by their consistency (ITU-T P.910 Annex E)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medsr_viewer.survey.ratings import RatingTable

FloatArray = NDArray[np.float64]

MODEL = (
    "Subject bias and inconsistency (ITU-T P.910 Annex E, P.913 12.6): score = quality of the stimulus + bias of the"
    " observer + noise with the observer's own standard deviation; maximum likelihood by alternating projection, with"
    " repeats and gaps; biases sum to zero. Assumes normal, independent noise. The intervals speak about these very"
    " observers and stimuli."
)
LEAST_OBSERVERS = 3
"""Of two, one always weighs more than all others together: answers given once do not tell whose noise is whose."""
ROUNDING = 12**-0.5
"""Standard deviation that rounding to whole values alone gives to the most consistent observer."""

_TOLERANCE = 1e-8  # of Annex E's procedure: Euclidean change of the qualities
_RIDGE = 1e-8  # keeps the weight of an observer whose residuals are all zero finite
_STEPS = 1000


@dataclass(frozen=True, eq=False)
class BiasModel:
    """Result of the bias-inconsistency model (`MODEL`).

    Parameters
    ----------
    quality : (stimuli,) float64 ndarray
        On the scale of the scores; NaN where a stimulus has no score.
    quality_error : (stimuli,) float64 ndarray
        Standard error, from the spread of the stimulus' own residuals (P.910 Annex E). It takes no account of the
        weights: wider than need be where observers differ in consistency.
    quality_error_model : (stimuli,) float64 ndarray
        Standard error that the model alone implies, from the inconsistencies of those who rated it (P.913 12.6).
    quality_ci95 : (stimuli, 2) float64 ndarray
        Normal interval from `quality_error`.
    bias, bias_error : (observers,) float64 ndarray
        Positive for an observer who rates higher than the others, and its standard error.
    bias_ci95 : (observers, 2) float64 ndarray
        Normal interval.
    inconsistency : (observers,) float64 ndarray
        Standard deviation of the observer's noise.
    inconsistency_ci95 : (observers, 2) float64 ndarray
        From the chi-square distribution, with as many degrees of freedom as scores.
    log_likelihood : float
        Of all scores.
    n, steps : int
        Scores; iterations.
    converged : bool
        Whether the iterations settled.
    dominant : int
        Index of an observer who weighs more than all others together, else -1.

    Notes
    -----
    The likelihood has no bound: it grows without end as the qualities approach one observer's own scores. With few
    observers or many gaps the procedure (Annex E's too) often ends there; `dominant` tells, and the qualities are then
    those of one observer. Fit anew with `ROUNDING` as the least inconsistency, or report the MOS.
    """

    quality: FloatArray
    quality_error: FloatArray
    quality_error_model: FloatArray
    quality_ci95: FloatArray
    bias: FloatArray
    bias_error: FloatArray
    bias_ci95: FloatArray
    inconsistency: FloatArray
    inconsistency_ci95: FloatArray
    log_likelihood: float
    n: int
    steps: int
    converged: bool
    dominant: int


def bias_inconsistency(scores: FloatArray, *, least_inconsistency: float = 0.0) -> BiasModel:
    """Fit the bias-inconsistency model (`MODEL`).

    Parameters
    ----------
    scores : (stimuli, observers, repeats) float64 ndarray
        NaN where there is none.
    least_inconsistency : float
        No observer is taken to be more consistent. 0 is Annex E's procedure; see `BiasModel.dominant`.

    Notes
    -----
    Alternating projection is coordinate ascent of the likelihood, whose stationary point it reaches.
    """
    given = ~np.isnan(scores)
    stimuli, observers = np.asarray(given.any(axis=(1, 2))), np.asarray(given.any(axis=(0, 2)))
    return _spread_out(_fit(scores[np.ix_(stimuli, observers)], least_inconsistency), stimuli, observers)


def stimulus_scores(table: RatingTable) -> tuple[FloatArray, tuple[tuple[str, str], ...]]:
    """Return (stimuli, observers, repeats) scores, NaN where there is none, and each stimulus' (case, condition)."""
    kinds = len(table.conditions)
    stimulus = table.case * kinds + table.condition
    repeats = int(table.repeat.max(initial=0)) + 1
    scores = np.full((len(table.cases) * kinds, len(table.observers), repeats), np.nan)
    scores[stimulus, table.observer, table.repeat] = table.value
    return scores, tuple((case, condition) for case in table.cases for condition in table.conditions)


@dataclass(frozen=True, eq=False)
class _Fit:
    quality: FloatArray
    quality_error: FloatArray
    quality_error_model: FloatArray
    bias: FloatArray
    bias_error: FloatArray
    inconsistency: FloatArray
    counts: FloatArray
    log_likelihood: float
    n: int
    steps: int
    converged: bool


def _fit(scores: FloatArray, least: float) -> _Fit:
    given = ~np.isnan(scores)
    answers = given.sum(axis=2).astype(np.float64)  # (stimuli, observers)
    sums, squares = np.nansum(scores, axis=2), np.nansum(scores**2, axis=2)
    per_stimulus, per_observer = answers.sum(axis=1), answers.sum(axis=0)
    quality = sums.sum(axis=1) / per_stimulus
    bias = (sums.sum(axis=0) - quality @ answers) / per_observer
    converged, steps = False, 0
    while not converged and steps < _STEPS:
        fitted = quality[:, None] + bias
        residuals = sums - answers * fitted
        residual_squares = squares - 2 * fitted * sums + answers * fitted**2
        spread = np.maximum(_deviation(residuals.sum(axis=0), residual_squares.sum(axis=0), per_observer), least)
        own_spread = _deviation(residuals.sum(axis=1), residual_squares.sum(axis=1), per_stimulus)
        weights = 1.0 / (spread**2 + _RIDGE)
        before = quality
        quality = ((sums - answers * bias) @ weights) / (answers @ weights)
        bias = (sums.sum(axis=0) - quality @ answers) / per_observer
        steps += 1
        converged = bool(np.linalg.norm(quality - before) < _TOLERANCE)
    with np.errstate(divide="ignore", invalid="ignore"):  # an observer without spread: no error
        model_error = 1.0 / np.sqrt(answers @ (1.0 / spread**2))
        logs = stats.norm.logpdf(scores, (quality[:, None] + bias)[:, :, None], spread[:, None])
    likelihood = float(logs[given].sum())
    shift = float(bias.mean()) if bias.size else 0.0
    errors = own_spread / np.sqrt(per_stimulus), model_error, bias - shift, spread / np.sqrt(per_observer)
    n = int(per_stimulus.sum())
    return _Fit(quality + shift, *errors, spread, per_observer, likelihood, n, steps, converged)


def _deviation(total: FloatArray, squares: FloatArray, counts: FloatArray) -> FloatArray:
    deviation: FloatArray = np.sqrt(np.maximum(squares / counts - (total / counts) ** 2, 0.0))
    return deviation


def _spread_out(fit: _Fit, stimuli: NDArray[np.bool_], observers: NDArray[np.bool_]) -> BiasModel:
    """Put NaN for stimuli and observers without scores, and add the intervals."""

    def over(kept: NDArray[np.bool_], values: FloatArray) -> FloatArray:
        full = np.full(len(kept), np.nan)
        full[kept] = values
        return full

    quality, quality_error = over(stimuli, fit.quality), over(stimuli, fit.quality_error)
    bias, bias_error = over(observers, fit.bias), over(observers, fit.bias_error)
    inconsistency, counts = over(observers, fit.inconsistency), over(observers, fit.counts)
    ends = [inconsistency * np.sqrt(counts / stats.chi2.ppf(tail, counts)) for tail in (0.975, 0.025)]
    return BiasModel(
        quality,
        quality_error,
        over(stimuli, fit.quality_error_model),
        _normal_interval(quality, quality_error),
        bias,
        bias_error,
        _normal_interval(bias, bias_error),
        inconsistency,
        np.stack(ends, axis=-1),
        fit.log_likelihood,
        fit.n,
        fit.steps,
        fit.converged,
        _dominant(inconsistency),
    )


def _dominant(inconsistency: FloatArray) -> int:
    weights = np.nan_to_num(1.0 / (inconsistency**2 + _RIDGE))
    return int(weights.argmax()) if weights.max(initial=0.0) > weights.sum() / 2 else -1


def _normal_interval(center: FloatArray, error: FloatArray) -> FloatArray:
    reach = float(stats.norm.ppf(0.975)) * error
    return np.stack([center - reach, center + reach], axis=-1)
