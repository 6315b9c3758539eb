"""What a paper's methods section says of the statistics: what was computed, and nothing that was not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from medsr_viewer.survey.analysis import Analysis, missed_anchors
from medsr_viewer.survey.analysis_parts import Missing, found
from medsr_viewer.survey.report.facts import SurveyFacts
from medsr_viewer.survey.report.wording import listed
from medsr_viewer.survey.statistics.readers import ReaderMean

UNCORRECTED = "No p value is corrected for the number of questions."
T = TypeVar("T")
_Part: TypeAlias = tuple[str, tuple[str, ...]]
"""Sentences, and what they cite."""

_NOTHING: _Part = ("", ())


def statistics_text(analyses: Sequence[Analysis], facts: SurveyFacts) -> tuple[str, list[str]]:
    """Return the text on the ratings' statistics and what it cites, by key of `REFERENCES`.

    Parameters
    ----------
    analyses : sequence of Analysis
        One a question; of a part that some of them have, the first.
    facts : SurveyFacts
        Of the survey.
    """
    if analyses[0].is_quality:
        parts = [_means(analyses[0]), _differences(analyses), _ranks(analyses), _ordinal(analyses), _vgc(analyses)]
    else:
        parts = [_roc(analyses)]
    parts += [_agreement(analyses), _objective(analyses), _biases(analyses), _screening(analyses, facts)]
    parts += [_anchor(analyses), _several(analyses)]
    told = [(text, cited) for text, cited in parts if text]
    return " ".join(text for text, _ in told), [key for _, cited in told for key in cited]


def _first(parts: Sequence[T | Missing]) -> T | None:
    return next((part for one in parts if (part := found(one))), None)


def _means(first: Analysis) -> _Part:
    text = "The mean opinion score (MOS) of a condition is the mean over cases of each case's mean first rating."
    if first.has_interval:
        text += (
            " Its 95 % confidence interval is for new observers and new cases: two-way crossed random effects"
            " (observers, cases), the variance never taken as smaller than that of independent ratings, Student's t"
            " with Satterthwaite's degrees of freedom, never fewer than the fewer of observers and cases less 1, on the"
            " logit of the place on the scale."
        )
    else:
        text += f" {first.interval_words}"
    beside = [
        words
        for intervals, words in (
            ((score.ci95_these_cases for score in first.scores), "the interval for these cases alone (ITU-R BT.500)"),
            (first.bootstrap.values(), "a bias-corrected and accelerated bootstrap over observers and cases"),
        )
        if any(not math.isnan(each.low) for each in intervals)
    ]
    if beside:
        text += f" {_sentence(listed(beside))} {'are' if len(beside) > 1 else 'is'} given beside it."
    if found(first.differential):
        text += " Differential scores (DMOS) are relative to the hidden reference (ITU-T P.910)."
    return text, ()


def _differences(analyses: Sequence[Analysis]) -> _Part:
    differences = _first([one.differences for one in analyses])
    if not differences:
        return _NOTHING
    if all(math.isnan(each.p) for each in differences):
        of_these = any(not math.isnan(each.ci95_these_cases.low) for each in differences)
        how = "with intervals for these cases alone and without tests" if of_these else "without intervals or tests"
        return f"Conditions were compared by paired differences, {how}.", ()
    text = "Conditions were compared by paired differences with the same model"
    if len(differences) == 1:
        return f"{text}.", ()
    return f"{text}; p values of all pairs were corrected by Holm's procedure.", ("Holm",)


def _ranks(analyses: Sequence[Analysis]) -> _Part:
    ranks = _first([one.ranks for one in analyses])
    if not ranks:
        return _NOTHING
    if not ranks.friedman:
        return "A rank-based check on observers' means was the Wilcoxon signed-rank test.", ()
    conover = " and Conover's" if any(not math.isnan(each.conover_p_holm) for each in ranks.pairs) else ""
    return (
        "Rank-based checks on observers' means were Friedman's test with Kendall's W, followed by Wilcoxon signed-rank"
        " comparisons (Holm; the primary ones by ranks) with matched-pairs rank-biserial correlation as effect size;"
        f" Nemenyi's{conover} comparisons are sensitivity analyses.",
        ("Holm",),
    )


def _ordinal(analyses: Sequence[Analysis]) -> _Part:
    models = [found(one.ordinal) for one in analyses]
    model = next((each for each in models if each and each.converged), None)
    if not model:
        return _NOTHING
    text = (
        f"A proportional-odds model of the rating on the condition (baseline {model.baseline}) had a covariance robust"
        f" to clustering by {model.clusters}."
    )
    return text, ("odds", "clusters" if min(model.observers, model.cases) > 1 else "cluster")


def _vgc(analyses: Sequence[Analysis]) -> _Part:
    results = _first([one.vgc for one in analyses])
    if not results:
        return _NOTHING
    text = (
        f"Visual grading characteristics against {results[0].baseline} needed no distances between the scale's steps;"
    )
    readers = [each.over_readers for each in results if each.over_readers]
    several = any(each.observers > 1 for each in results)
    text += " areas were averaged over observers" if several else " areas are those of the one observer"
    if not readers:
        return f"{text}, without intervals or tests.", ("VGC",)
    variance, cited = _variance(readers)
    text += f", {variance}; intervals and tests are {_ON_LOGITS}."
    if any(not math.isnan(each.ci95_bootstrap[0]) for each in results):
        text += " A bootstrap over observers and cases is given beside them."
    return text, ("VGC", *cited, "logit", "score")


def _variance(readers: Sequence[ReaderMean]) -> _Part:
    if max(one.n for one in readers) < 2:
        return "with a variance by jackknife over cases", ()
    return (
        "with the variance of Obuchowski and Rockette for random observers and random cases (jackknife covariances,"
        " degrees of freedom after Hillis)",
        ("OR", "Hillis"),
    )


_ON_LOGITS = (
    "on the logit, and nowhere narrower than the score interval of as many independent observers and cases (variance of"
    " Hanley and McNeil at each end)"
)


def _roc(analyses: Sequence[Analysis]) -> _Part:
    results = _first([one.roc for one in analyses])
    if not results:
        return "There was too little for an area under the ROC curve.", ()
    several = max(one.auc.n for one in results) > 1
    variance, cited = _variance([one.auc for one in results])
    whose = "were averaged over observers" if several else "are of the one observer"
    text = f"Areas under the empirical ROC curve {whose}, {variance}; intervals of areas and shares are {_ON_LOGITS}."
    differences = _first([one.roc_differences for one in analyses])
    if differences:
        text += " Differences of areas have their interval and test on their own scale, with the same variance"
        several_pairs = len(differences) > 1
        text += "; p values of all pairs were corrected by Holm's procedure." if several_pairs else "."
        cited = (*cited, *(["Holm"] if several_pairs else []))
    if any(not math.isnan(each.ci95_bootstrap[0]) for each in results):
        text += " A bootstrap over observers and cases is given beside the areas."
    text += f" Sensitivity and specificity count a confidence of {results[0].cut:g} or more as present."
    return text, (*cited, "logit", "score")


def _agreement(analyses: Sequence[Analysis]) -> _Part:
    text, cited = "", []
    if between := _first([one.between for one in analyses]):
        drawn = "" if math.isnan(between.alpha_ordinal.ci95[0]) else " with a bootstrap over cases"
        measures = [
            *(["intraclass correlation"] if between.icc else []), "weighted kappa", f"Krippendorff's alpha{drawn}",
        ]  # fmt: skip
        text = f"Agreement between observers was measured by {listed(measures)}."
        cited = [*(["ICC"] if between.icc else []), "alpha"]
    if (within := _first([one.within for one in analyses])) and within[0].icc:
        text += (
            " Agreement of observers with themselves was measured on the repeats by ICC(2,1) and quadratic weighted"
            " kappa."
        )
        cited.append("ICC")
    return text.strip(), tuple(cited)


def _objective(analyses: Sequence[Analysis]) -> _Part:
    known = [each for one in analyses for part in one.correlations.values() if (each := found(part))]
    if not known:
        return _NOTHING
    fitted = [bool(each.fit) for each in known]
    curve = (
        "a four-parameter logistic fit" if all(fitted)
        else "a four-parameter logistic fit, or a straight line where the points determine no such curve" if any(fitted)
        else "a straight line"
    )  # fmt: skip
    text = (
        "Objective scores of each stimulus against its reference were held against its mean rating by Spearman's and"
        f" Kendall's rank correlations, and by Pearson's correlation and the root mean square error after {curve}"
    )
    if known[0].caution:
        return f"{text}; without intervals or tests, as cases were too few.", ()
    return (
        f"{text}. Intervals: of rank correlations {known[0].srocc.interval}; of Pearson's {known[0].plcc.interval}; of"
        f" the error {known[0].rmse_interval}.",
        (),
    )


def _biases(analyses: Sequence[Analysis]) -> _Part:
    if not _first([one.biases for one in analyses]):
        return _NOTHING
    return (
        "Observers' biases and inconsistencies were estimated by the model of ITU-T P.910 Annex E (maximum likelihood,"
        " alternating projection).",
        (),
    )


def _screening(analyses: Sequence[Analysis], facts: SurveyFacts) -> _Part:
    screening = _first([one.screening for one in analyses])
    if not screening or not screening.observers:
        return _NOTHING
    rules, off = screening.rules, screening.without_effect
    looked = [
        words
        for name, words in (
            ("bt500", "by ITU-R BT.500"),
            (
                "p913",
                "by correlation with the mean scores as in ITU-T P.913 (below"
                f" {rules.correlation:g} by stimulus and {rules.correlation_by_condition:g} by condition)",
            ),
            ("inverted", "for inverted answers"),
            ("ranking", "for ranked answers"),
            ("one value", "for constant answers"),
            ("attention", "for failed attention checks" if facts.attention_checks else ""),
            ("too fast", "for haste"),
        )
        if words and name not in off
    ]
    who = "Observers were" if len(screening.observers) > 1 else "The observer was"
    text = f"{who} screened {listed(looked)};"
    if any(one.is_quality and found(one.scores_screened) for one in analyses):
        return f"{text} the primary analysis keeps everyone, and a sensitivity analysis leaves out those found.", ()
    return f"{text} the analysis keeps everyone.", ()


def _anchor(analyses: Sequence[Analysis]) -> _Part:
    if not any(found(one.anchor_check) for one in analyses):
        return _NOTHING
    missed = list(dict.fromkeys(one.observer for each in analyses for one in missed_anchors(each)))
    who = f"{listed(missed)} did not, and {'was' if len(missed) == 1 else 'were'} kept"
    return (
        "Observers were expected to rate the low anchor below the hidden reference in the mean:"
        f" {who if missed else 'all who rated both did'}.",
        (),
    )


def _several(analyses: Sequence[Analysis]) -> _Part:
    return (UNCORRECTED, ()) if sum(bool(one.n) for one in analyses) > 1 else _NOTHING


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
