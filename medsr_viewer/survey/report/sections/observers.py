"""Whether the observers can be relied on: screening, agreement with one another and with themselves, biases."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from medsr_viewer.survey.analysis import Analysis, missed_anchors, recommended
from medsr_viewer.survey.analysis_parts import Missing, found
from medsr_viewer.survey.report.document import Block, Paragraph, Section, Table
from medsr_viewer.survey.report.rating_figures import observer_figure
from medsr_viewer.survey.report.sections.scores import absent
from medsr_viewer.survey.report.wording import (
    ABSENT,
    count,
    counted,
    listed,
    number,
    p_equals,
    reach,
    share,
    with_interval,
)
from medsr_viewer.survey.statistics.agreement import Repeatability
from medsr_viewer.survey.statistics.anchor_check import ANCHOR_RULE
from medsr_viewer.survey.statistics.bias import MODEL, ROUNDING
from medsr_viewer.survey.statistics.intraclass import NOT_TOLD
from medsr_viewer.survey.statistics.screening import ObserverScreening, Screening
from medsr_viewer.survey.statistics.sufficiency import LEAST_DRAWN, least_stimuli

_TOO_FEW = "too few"
_ICC_SHOWN = ("ICC(2,1)", "ICC(2,k)", "ICC(3,1)", "ICC(3,k)", "ICC(1,1)", "ICC(1,k)")


def observer_sections(analysis: Analysis, mark: str) -> list[Section]:
    """Return the sections on observers."""
    if not analysis.n:
        return []
    return [
        Section("Observers", (observer_figure(analysis, mark), *_screening(analysis), *_anchor(analysis))),
        Section("Agreement", (*_between(analysis), *_within(analysis))),
        Section("Bias and inconsistency of observers", tuple(_biases(analysis))),
    ]


def _screening(analysis: Analysis) -> list[Block]:
    screening = analysis.screening
    if isinstance(screening, Missing):
        return [absent("Screening", screening)]
    rules = screening.rules.in_words()
    suspects = [one for one in screening.observers if one.reasons]
    shown = suspects if len(screening.observers) > 30 else screening.observers
    cases = analysis.cases_by_observer
    rows = tuple(
        (
            one.name,
            count(one.n),
            count(cases[one.name]),
            number(one.others.r),
            number(one.p913.by_stimulus),
            number(one.p913.by_condition),
            share(one.bt500.share) if "bt500" not in screening.without_effect else ABSENT,
            f"{one.checks_passed} of {one.checks}" if one.checks else "none",
            number(one.median_seconds, 1),
            ", ".join(one.reasons) or "none",
        )
        for one in shown
    )
    excluded = recommended(analysis)
    number_of = len(screening.observers)
    who = "the one observer" if number_of == 1 else f"any of the {number_of} observers"
    lead = (
        f"The screening speaks for leaving out {counted(len(excluded), 'observer')} of {len(screening.observers)}:"
        f" {', '.join(sorted(excluded))}. Nobody is left out of the primary figures."
        if excluded
        else f"The screening finds no reason to leave out {who}."
    )
    blocks: list[Block] = [Paragraph(lead, "caution" if excluded else "plain"), *_without_effect(screening)]
    if rows:
        only = "" if len(shown) == len(screening.observers) else " Only observers with a reason are listed."
        blocks.append(
            Table(
                "Screening",
                (
                    "Observer",
                    "n",
                    "Cases",
                    "r, others",
                    "r by stimulus",
                    "r by condition",
                    "Far off, BT.500",
                    "Checks passed",
                    "Median s",
                    "Reasons",
                ),
                rows,
                "n: first ratings; cases: those that the observer rated. r, others: correlation with the"
                " mean of the others; r by stimulus, by condition: with the mean scores"
                " (P.913). Checks passed: attention checks, each counted once however many questions it asked."
                f"{_wanting(shown)}{only}",
            )
        )
    blocks.append(Paragraph("Rules. " + " ".join(f"{name}: {text}" for name, text in rules.items()), "note"))
    return blocks


def _without_effect(screening: Screening) -> list[Block]:
    """Return by which rules nobody could be found."""
    told = "; ".join(f"{name} {why}" for name, why in screening.without_effect.items())
    return [Paragraph(f"Rules without effect here: {told}.", "note")] if told else []


def _wanting(shown: Sequence[ObserverScreening]) -> str:
    """Return why a correlation of P.913 is missing, by reason."""
    names: dict[str, list[str]] = {}
    for one in shown:
        if one.p913.wanting and one.n:
            names.setdefault(one.p913.wanting, []).append(one.name)
    told = "; ".join(
        f"{'all' if len(who) == len(shown) > 1 else listed(who)}, {reason}" for reason, who in names.items()
    )
    return f" Without a correlation of P.913: {told}." if told else ""


def _anchor(analysis: Analysis) -> list[Block]:
    """Return what the low anchor shows; nothing where the survey had none, or no hidden reference."""
    checks = found(analysis.anchor_check)
    if not checks:
        return []
    names = list(dict.fromkeys(one.observer for one in missed_anchors(analysis)))
    lead = (
        f"{counted(len(names), 'observer')} did not rate the low anchor below the hidden reference, and may have rated"
        f" carelessly: {', '.join(names)}. Nobody is left out of any figures for it."
        if names
        else "No observer rated the low anchor as good as the hidden reference."
    )
    shown = [one for one in checks if one.flagged] if len(analysis.table.observers) > 30 else checks
    rows = tuple(
        (
            one.observer,
            one.anchor,
            count(one.n),
            number(one.anchor_mean),
            number(one.reference_mean),
            "not below" if one.flagged else "below" if one.n else ABSENT,
        )
        for one in shown
    )
    only = "" if len(shown) == len(checks) else " Only observers who did not rate it below are listed."
    header = ("Observer", "Anchor", "Cases", "Mean, anchor", "Mean, reference", "Anchor is")
    table = Table("Low anchor against hidden reference", header, rows, f"{ANCHOR_RULE}{only}", text_columns=2)
    return [Paragraph(lead, "caution" if names else "plain"), *([table] if rows else [])]


def _between(analysis: Analysis) -> list[Block]:
    between = analysis.between
    if isinstance(between, Missing):
        return [absent("Agreement between observers", between)]
    shown = [between.icc[form] for form in _ICC_SHOWN if form in between.icc]
    rows = [
        (
            icc.form,
            "not told" if icc.wanting else number(icc.value),
            ABSENT if icc.wanting else reach(*icc.ci95),
            count(icc.n),
            icc.test,
        )
        for icc in shown
    ]
    rows += [
        (f"Krippendorff's alpha, {one.level}", number(one.value), reach(*one.ci95), count(one.n), one.test)
        for one in (between.alpha_ordinal, between.alpha_interval, between.alpha_nominal)
    ]
    rows += [
        (f"Weighted kappa, {one.weights}", number(one.value), reach(*one.ci95), count(one.n), one.test)
        for one in (between.kappa_quadratic, between.kappa_linear)
    ]
    wanting = "".join(f" {icc.form}: {icc.wanting}." for icc in shown if icc.wanting)
    icc_words = next(iter(between.icc.values())).assumptions if between.icc else ""
    without = f" ICC: {between.without_icc}" if between.without_icc else f" ICC: {icc_words}.{wanting}"
    return [
        Table(
            "Agreement between observers",
            ("Coefficient", "Value", "95 % CI", "n", "Which, and how the interval is made"),
            tuple(rows),
            f"{counted(between.observers, 'observer')}; n: stimuli (a case under a condition) that count; first"
            f" answers. 1 is full agreement, 0 what chance gives. Assumptions.{without} Alpha:"
            f" {between.alpha_ordinal.assumptions}. Kappa: {between.kappa_quadratic.assumptions}. No form of ICC is"
            f" told whose interval {NOT_TOLD}. The single-rating"
            f" forms speak of one observer, the mean-of-k forms of the mean of all {between.observers}.",
        ),
        *_few(analysis, between.observers),
    ]


def _few(analysis: Analysis, observers: int) -> list[Block]:
    """Return what agreement from very few cases, or observers, does not tell."""
    cases = int((~np.isnan(analysis.by_case)).any(axis=1).sum())
    told = []
    if cases < LEAST_DRAWN:
        told.append(
            f"The intervals of ICC and kappa take the stimuli as independent, but these are of {counted(cases, 'case')}"
            " and go together by case: the intervals may be far too narrow for other cases."
        )
    if observers < LEAST_DRAWN:
        told.append(
            f"{counted(observers, 'observer')} do not show how far observers differ: agreement is that of these, and"
            " the one-way and two-way random forms of ICC, which speak of others, are unreliable."
        )
    return [Paragraph(" ".join(told), "caution")] if told else []


def _within(analysis: Analysis) -> list[Block]:
    if isinstance(analysis.within, Missing):
        return [absent("Agreement of observers with themselves", analysis.within)]
    together, *each = analysis.within
    shown = [together, *(each if len(each) <= 40 else [])]
    return [
        Table(
            "Agreement of observers with themselves (repeats)",
            ("Observer", "Pairs", "Identical", "Within 1", "Mean change", "ICC(2,1)", "95 % CI", "Weighted kappa"),
            tuple(_repeats(one) for one in shown),
            f"{together.test}. Assumptions: {together.assumptions}. Mean change: second less first answer. A"
            f" coefficient needs {least_stimuli(2)} pairs (so many tell 0.7 from 0 with power 80 %, Walter et al."
            f" 1998). ICC is not told where its interval {NOT_TOLD}.",
        )
    ]


def _repeats(one: Repeatability) -> tuple[str, ...]:
    return (
        one.observer or "all together",
        count(one.n),
        share(one.identical),
        share(one.within_one),
        number(one.mean_change),
        *_coefficients(one),
    )


def _coefficients(one: Repeatability) -> tuple[str, str, str]:
    if one.icc is None or one.kappa is None:
        return _TOO_FEW, ABSENT, _TOO_FEW
    kappa = number(one.kappa.value)
    return ("not told", ABSENT, kappa) if one.icc.wanting else (number(one.icc.value), reach(*one.icc.ci95), kappa)


def _biases(analysis: Analysis) -> list[Block]:
    if isinstance(analysis.biases, Missing):
        return [absent("Bias and inconsistency", analysis.biases)]
    model, table = analysis.biases.model, analysis.table
    blocks: list[Block] = []
    if analysis.biases.least_inconsistency:
        blocks.append(
            Paragraph(
                "One observer would have weighed more than all others together in this model, whose likelihood then has"
                f" no bound; every observer's inconsistency was therefore held at {number(ROUNDING)} steps or more,"
                " what rounding to whole values alone gives.",
                "note",
            )
        )
    if model.dominant >= 0:
        blocks.append(
            Paragraph(
                f"One observer ({table.observers[model.dominant]}) weighs more than all others together in this model:"
                " do not use its qualities; report the mean opinion scores.",
                "caution",
            )
        )
    means = {score.name: score.mean for score in analysis.scores}
    blocks.append(
        Table(
            "Quality freed of the observers' biases",
            ("Condition", "Mean rating", "Model"),
            tuple((name, number(means[name]), number(value)) for name, value in analysis.biases.by_condition.items()),
            f"{MODEL} n = {count(model.n)} ratings; {model.steps} iterations,"
            f" {'converged' if model.converged else 'NOT converged'}.",
        )
    )
    order = sorted(range(len(table.observers)), key=lambda index: -abs(_or_zero(float(model.bias[index]))))
    rows = tuple(
        (
            table.observers[index],
            number(float(model.bias[index])),
            reach(float(model.bias_ci95[index, 0]), float(model.bias_ci95[index, 1])),
            number(float(model.inconsistency[index])),
            reach(float(model.inconsistency_ci95[index, 0]), float(model.inconsistency_ci95[index, 1])),
        )
        for index in order[:30]
    )
    blocks.append(
        Table(
            "Bias and inconsistency" + (" (the 30 largest biases)" if len(order) > 30 else ""),
            ("Observer", "Bias", "95 % CI", "Inconsistency", "95 % CI"),
            rows,
            "Bias: how much higher than the others an observer rates. Inconsistency: standard deviation of an"
            " observer's"
            " answers about the model. Both in steps of the scale. Intervals: normal; chi-squared.",
        )
    )
    return blocks


def _or_zero(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def agreement_sentence(analysis: Analysis) -> str:
    """Return one sentence on agreement; "" where there is none."""
    between = found(analysis.between)
    if not between:
        return ""
    alpha = between.alpha_ordinal
    words = f"Krippendorff's alpha (ordinal) was {with_interval(alpha.value, *alpha.ci95)}"
    if math.isnan(alpha.ci95[0]):
        words += ", without an interval"
    icc = between.icc.get("ICC(2,1)")
    if icc and icc.wanting:
        words += f"; ICC(2,1) {icc.wanting}"
    elif icc:
        words += f" and ICC(2,1) {number(icc.value)} (95 % CI {reach(*icc.ci95)}, F({icc.df1:g}, {icc.df2:g}) ="
        words += f" {number(icc.f)}, {p_equals(icc.p)})"
    return words + "."
