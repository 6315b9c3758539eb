"""What holds without distances between the scale's steps: VGC, the ordinal model; and ROC of present or absent."""

from __future__ import annotations

import math

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.analysis_parts import Missing, found
from medsr_viewer.survey.report.curve_figures import roc_figure, vgc_figure
from medsr_viewer.survey.report.document import Block, Paragraph, Section, Table
from medsr_viewer.survey.report.sections.scores import absent
from medsr_viewer.survey.report.wording import (
    count,
    counted,
    listed,
    number,
    odds,
    p_equals,
    probability,
    reach,
    with_interval,
)


def ordinal_section(analysis: Analysis, mark: str) -> Section:
    """Return the section on VGC and the ordinal model."""
    return Section("Ordinal analysis", (*_vgc(analysis, mark), *_model(analysis)))


def roc_section(analysis: Analysis, mark: str) -> Section:
    """Return the section on sensitivity and specificity."""
    title = "Receiver operating characteristic"
    if isinstance(analysis.roc, Missing):
        return Section(title, (absent("ROC", analysis.roc),))
    rows = tuple(
        (
            result.condition,
            number(result.auc.value, 3),
            reach(*result.auc.ci95, 3),
            reach(*result.ci95_bootstrap, 3),
            number(result.auc_pooled, 3),
            f"{number(result.sensitivity.value)} ({reach(*result.sensitivity.ci95)})",
            f"{number(result.specificity.value)} ({reach(*result.specificity.ci95)})",
            count(result.n),
        )
        for result in analysis.roc
    )
    first = analysis.roc[0]
    drawn = any(not math.isnan(result.ci95_bootstrap[0]) for result in analysis.roc)
    near = " Near 1 the bootstrap's interval is too narrow with few observers." if drawn else ""
    blocks: list[Block] = [
        roc_figure(analysis, analysis.roc, mark),
        Table(
            "Area under the ROC curve",
            (
                "Condition",
                "AUC",
                "95 % CI",
                "95 % CI, bootstrap",
                "AUC, pooled",
                "Sensitivity (95 % CI)",
                "Specificity (95 % CI)",
                "n",
            ),
            rows,
            f"{first.test}. {first.auc.test}. Assumptions: {first.assumptions}. {first.auc.assumptions}."
            f" {counted(first.auc.n, 'observer')}, {counted(first.present, 'case')} with and {first.absent} without the"
            f" finding. n: ratings. Sensitivity and specificity: confidence of {first.cut:g} or more counts as present."
            " An area of 0.5 is chance; it is the share of pairs of a case with and a case without the finding that is"
            f" rated in the right order.{near}",
        ),
    ]
    if isinstance(analysis.roc_differences, Missing):
        blocks.append(absent("Differences of areas", analysis.roc_differences))
    else:
        blocks.append(
            Table(
                "Differences of areas",
                ("Difference", "AUC", "95 % CI", "p", "p, Holm", "Observers"),
                tuple(
                    (
                        f"{each.condition} \N{MINUS SIGN} {each.baseline}",
                        number(each.difference.value, 3),
                        reach(*each.difference.ci95, 3),
                        probability(each.difference.p),
                        probability(each.p_holm),
                        count(each.difference.n),
                    )
                    for each in analysis.roc_differences
                ),
                f"{analysis.roc_differences[0].difference.test}; interval and test on the areas' own scale; Holm:"
                " over all pairs of conditions; intervals are not corrected for their number. Assumptions:"
                f" {analysis.roc_differences[0].difference.assumptions}."
                if analysis.roc_differences
                else "",
            )
        )
    return Section(title, tuple(blocks))


def roc_lead(analysis: Analysis) -> str:
    """Return what a reader takes away from present or absent."""
    if isinstance(analysis.roc, Missing):
        return f"There is no area under the ROC curve. {analysis.roc.reason}"
    best = sorted(analysis.roc, key=lambda result: -result.auc.value)
    areas = (f"{one.condition} {with_interval(one.auc.value, *one.auc.ci95)}" for one in best)
    whose = "mean over observers" if best[0].auc.n > 1 else "of one observer"
    text = f"Area under the ROC curve, {whose}: {'; '.join(areas)}."
    if flat := [one.condition for one in best if one.auc.standard_error == 0]:
        text += (
            f" The area of {listed(flat)} is the same whoever is left out: its interval says what so few observers and"
            " cases cannot exclude."
        )
    pairs = found(analysis.roc_differences) or ()
    differences = [each for each in pairs if each.baseline == analysis.baseline]
    for each in differences:
        text += (
            f" {each.condition} less {each.baseline}:"
            f" {with_interval(each.difference.value, *each.difference.ci95)}, {p_equals(each.p_holm)}."
        )
    return f"{text} p is after Holm's procedure for all pairs of conditions." if len(pairs) > 1 else text


def _vgc(analysis: Analysis, mark: str) -> list[Block]:
    if isinstance(analysis.vgc, Missing):
        return [absent("Visual grading characteristics (VGC)", analysis.vgc)]
    if not analysis.vgc:
        return [Paragraph("Visual grading characteristics (VGC): there is nothing to compare with.", "note")]
    rows = tuple(
        (
            result.condition,
            number(result.auc, 3),
            reach(*result.ci95, 3),
            probability(result.over_readers.p if result.over_readers else float("nan")),
            reach(*result.ci95_bootstrap, 3),
            number(result.auc_pooled, 3),
            reach(*result.ci95_pooled, 3),
            count(result.n),
        )
        for result in analysis.vgc
    )
    first = analysis.vgc[0]
    readers = f" 95 % CI and p: {first.over_readers.test}." if first.over_readers else ""
    tested = "; p tests 0.5, and is not corrected for the number of conditions" if first.over_readers else ""
    drawn = any(not math.isnan(result.ci95_bootstrap[0]) for result in analysis.vgc)
    near = " Near 0 and 1 the bootstrap's intervals are too narrow where observers are few." if drawn else ""
    return [
        vgc_figure(analysis, analysis.vgc, mark),
        Table(
            f"Visual grading characteristics against {first.baseline}",
            ("Condition", "AUC", "95 % CI", "p", "95 % CI, bootstrap", "AUC, pooled", "95 % CI, pooled", "n"),
            rows,
            f"{first.test}.{readers} Assumptions: {first.assumptions}. {counted(first.observers, 'observer')},"
            f" {counted(first.cases, 'case')}.{near} n: ratings of the condition. An area of 0.5 means rated as"
            f" {first.baseline} is, 1 always rated higher, 0 always lower{tested}.",
        ),
    ]


def _model(analysis: Analysis) -> list[Block]:
    model = analysis.ordinal
    if isinstance(model, Missing):
        return [absent("Ordinal regression", model)]
    if not model.converged:
        return [Paragraph(f"Ordinal regression: not available. {model.message}", "note")]
    rows = tuple(
        (
            ratio.condition,
            odds(ratio.value),
            f"{odds(ratio.ci95[0])} to {odds(ratio.ci95[1])}",
            probability(ratio.p),
            ", ".join(odds(step) for step in ratio.by_step),
            count(ratio.n),
        )
        for ratio in model.odds_ratios
    )
    note = (
        f"{model.test}, df = {model.df}. Assumptions: {model.assumptions.replace('`by_step`', 'the column by step')}."
        f" n = {count(model.n)} ratings, {counted(model.observers, 'observer')}, {counted(model.cases, 'case')}. p is"
        " not corrected for the number of conditions. An odds ratio of 3 means that the odds of a higher answer are"
        f" three times those under {model.baseline}."
    )
    if model.message:
        note = f"{model.message} {note}"
    return [
        Table(
            f"Ordinal regression: odds of a higher answer than under {model.baseline}",
            ("Condition", "Odds ratio", "95 % CI", "p", "By step", "n"),
            rows,
            note,
        )
    ]
