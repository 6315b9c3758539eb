"""Which condition was rated how high: mean opinion scores, differential ones, differences, what was answered."""

from __future__ import annotations

import math

import numpy as np

from medsr_viewer.survey.analysis import Analysis, recommended, sizes_of
from medsr_viewer.survey.analysis_parts import Missing, found
from medsr_viewer.survey.report.document import Block, Paragraph, Section, Table
from medsr_viewer.survey.report.rating_figures import distribution_figure, mos_figure
from medsr_viewer.survey.report.wording import count, counted, number, p_equals, probability, reach
from medsr_viewer.survey.statistics.mos import DIFFERENTIAL, FIRST_ANSWERS, ConditionScore
from medsr_viewer.survey.statistics.sufficiency import caution_on_ratings


def score_sections(analysis: Analysis, mark: str) -> list[Section]:
    """Return the sections on scores and differences."""
    return [_mos(analysis, mark), _differences(analysis)]


def absent(what: str, part: Missing) -> Paragraph:
    """Return the paragraph that stands for a part that is missing."""
    return Paragraph(f"{what}: not available. {part.reason}", "note")


def _mos(analysis: Analysis, mark: str) -> Section:
    name = "MOS" if analysis.is_quality else "Mean confidence"
    blocks: list[Block] = []
    if not analysis.n:
        return Section(name, (Paragraph("There are no ratings.", "caution"),))
    blocks += [mos_figure(analysis, mark), _score_table(analysis, name)]
    reading = (
        " If the survey were repeated with other observers and other cases, such an interval would hold the true mean"
        " in about 95 of 100 surveys."
        if analysis.has_interval and not analysis.caution
        else ""
    )
    words = f"What is estimated: {analysis.estimand} {FIRST_ANSWERS} {analysis.interval_words}{reading}"
    blocks.append(Paragraph(words, "note"))
    if isinstance(analysis.differential, Missing):
        blocks.append(absent("Differential scores (DMOS)", analysis.differential))
    else:
        blocks.append(_differential_table(analysis.differential))
    screened = analysis.scores_screened
    if isinstance(screened, Missing):
        blocks.append(absent("Scores without the observers whom the screening recommends to leave out", screened))
    else:
        left_out = ", ".join(sorted(recommended(analysis)))
        note = f"Left out in the screened figures: {left_out}. {_EVERYONE}"
        blocks.append(_sensitivity_table(analysis, screened, _SCREENING, ("all", "screened"), note))
    if not isinstance(fuller := analysis.scores_with_withdrawn, Missing):
        blocks.append(_sensitivity_table(analysis, fuller, _WITHDRAWAL, ("reported", "with them"), _WITHDRAWN))
    return Section("Mean opinion scores" if analysis.is_quality else "Mean confidence", tuple(blocks))


_SCREENING = "with and without screened observers"
_WITHDRAWAL = "without and with observers who withdrew after the allocation was opened"
_EVERYONE = (
    "The primary figures keep everyone: leaving people out after the fact narrows the population that the interval"
    " speaks about."
)
_WITHDRAWN = (
    "Who withdrew after the allocation was opened is left out of the figures to report. Those with them stand here"
    " alone, so that a reader can see whether a withdrawal that came when the results could be known changed them."
)


def _score_table(analysis: Analysis, name: str) -> Table:
    rows = tuple(
        (
            score.name,
            analysis.roles.get(score.name, "test"),
            number(score.mean),
            reach(score.ci95.low, score.ci95.high),
            reach(score.ci95_these_cases.low, score.ci95_these_cases.high),
            reach(analysis.bootstrap[score.name].low, analysis.bootstrap[score.name].high),
            number(score.deviation),
            count(score.n),
        )
        for score in sorted(analysis.scores, key=lambda score: -np.nan_to_num(score.mean))
    )
    cases = max(score.cases for score in analysis.scores)
    observers = max(score.observers for score in analysis.scores)
    methods = [
        text
        for intervals, text in (
            ([score.ci95 for score in analysis.scores], " 95 % CI: for new observers and new cases."),
            (
                [score.ci95_these_cases for score in analysis.scores],
                f" These cases: {analysis.scores[0].ci95_these_cases.method}",
            ),
            (analysis.bootstrap.values(), f" Bootstrap: {next(iter(analysis.bootstrap.values())).method}"),
        )
        if any(not math.isnan(each.low) for each in intervals)
    ]
    return Table(
        f"{name} by condition",
        ("Condition", "Role", name, "95 % CI", "95 % CI, these cases", "95 % CI, bootstrap", "SD", "n"),
        rows,
        f"n: ratings, of {counted(observers, 'observer')} and {counted(cases, 'case')}; SD: of all ratings."
        f"{''.join(methods)}",
        text_columns=2,
    )


def _differential_table(scores: tuple[ConditionScore, ...]) -> Table:
    rows = tuple(
        (
            score.name,
            number(score.mean),
            reach(score.ci95.low, score.ci95.high),
            reach(score.ci95_these_cases.low, score.ci95_these_cases.high),
            number(score.deviation),
            count(score.n),
        )
        for score in sorted(scores, key=lambda score: -np.nan_to_num(score.mean))
    )
    return Table(
        "Differential scores (DMOS)",
        ("Condition", "DMOS", "95 % CI", "95 % CI, these cases", "SD", "n"),
        rows,
        f"{DIFFERENTIAL} The best value of the scale means: rated as the hidden reference was.",
    )


def _sensitivity_table(
    analysis: Analysis, others: tuple[ConditionScore, ...], title: str, names: tuple[str, str], note: str
) -> Table:
    """Return the scores reported beside those of another choice of observers; the names are of the two."""
    name = "MOS" if analysis.is_quality else "Mean confidence"
    reported = {score.name: score for score in analysis.scores}
    rows = tuple(
        (
            score.name,
            number(reported[score.name].mean),
            number(score.mean),
            reach(score.ci95.low, score.ci95.high),
            number(score.mean - reported[score.name].mean),
            count(reported[score.name].n),
            count(score.n),
        )
        for score in others
    )
    caution = caution_on_ratings([sizes for one in others if (sizes := sizes_of(one))])
    first, second = names
    header = (
        "Condition", f"{name}, {first}", f"{name}, {second}", f"95 % CI, {second}", "Change", f"n, {first}",
        f"n, {second}",
    )  # fmt: skip
    return Table(f"Sensitivity: {title}", header, rows, f"{note} {caution}".strip())


def _differences(analysis: Analysis) -> Section:
    title = "Differences between conditions"
    if isinstance(analysis.differences, Missing):
        return Section(title, (absent("Differences", analysis.differences),))
    rows = tuple(
        (
            f"{each.first} \N{MINUS SIGN} {each.second}",
            number(each.mean),
            reach(each.ci95.low, each.ci95.high),
            reach(each.ci95_these_cases.low, each.ci95_these_cases.high),
            probability(each.p),
            probability(each.p_holm),
            count(each.n),
        )
        for each in analysis.differences
    )
    has_interval = any(not math.isnan(each.ci95.low) for each in analysis.differences)
    table = Table(
        "Paired differences of mean ratings",
        ("Difference", "Mean", "95 % CI", "95 % CI, these cases", "p", "p, Holm", "n"),
        rows,
        f"{analysis.difference_words} n: pairs of ratings."
        + (" Intervals are not corrected for the number of pairs." if has_interval else "")
        + " Assumptions: as for the mean scores; the scale's steps count as equal distances.",
    )
    reading = Paragraph(
        "An interval that does not hold 0 means that one condition is rated higher than the other by new observers on"
        " new cases; intervals of two means may overlap all the same, because both share observers and cases.",
        "note",
    )
    return Section(title, (table, *([reading] if has_interval and not analysis.caution else []), *_ranks(analysis)))


def _ranks(analysis: Analysis) -> list[Block]:
    ranks = analysis.ranks
    if isinstance(ranks, Missing):
        return [absent("Rank tests", ranks)]
    blocks: list[Block] = [Paragraph(ranks.caution, "caution")] if ranks.caution else []
    if friedman := ranks.friedman:
        blocks.append(
            Paragraph(
                f"Friedman: chi-squared = {number(friedman.statistic)}, df = {friedman.df},"
                f" {p_equals(friedman.p)}, Kendall's W = {number(friedman.kendall_w)}, n = {friedman.n} observers."
            )
        )
        blocks.append(
            Paragraph(
                f"{friedman.test}{_dropped(friedman.dropped)}. Assumptions: {friedman.assumptions}. It asks whether"
                " observers put the conditions in a common order at all; W is 0 for no common order and 1 for the same"
                " order by all.",
                "note",
            )
        )
    pairs = ranks.pairs
    rows = tuple(
        (
            f"{pair.first} \N{MINUS SIGN} {pair.second}",
            number(pair.mean_difference),
            number(pair.rank_biserial),
            probability(pair.wilcoxon_p),
            probability(pair.wilcoxon_p_holm),
            probability(pair.nemenyi_p),
            probability(pair.conover_p_holm),
            count(pair.n),
            count(pair.ties),
        )
        for pair in pairs
    )
    if ranks.primary:
        blocks.append(Paragraph(ranks.primary, "note"))
    blocks.append(
        Table(
            "Comparisons by ranks, each observer's mean over cases",
            (
                "Pair",
                "Mean",
                "Rank-biserial r",
                "Wilcoxon p",
                "p, Holm",
                "Nemenyi p",
                "Conover p, Holm",
                "n",
                "Ties",
            ),
            rows,
            f"{pairs[0].test}. Assumptions: {pairs[0].assumptions}; cases taken as given. Rank-biserial r: 1 where"
            " every observer prefers the first, -1 the second. n: observers; ties: those of them without a difference."
            " Conover's test is not defined where all observers rank alike.",
        )
    )
    return blocks


def _dropped(observers: int) -> str:
    return (
        f"; {counted(observers, 'observer')} without a case rated under every condition left out" if observers else ""
    )


def distribution_section(analysis: Analysis, mark: str) -> Section:
    """Return the section on what was answered."""
    title = "What was answered"
    if not analysis.counts.sum():
        return Section(title, (Paragraph("There are no ratings.", "note"),))
    rows = tuple(
        (name, *(count(value) for value in row), count(row.sum()))
        for name, row in zip(analysis.table.conditions, analysis.counts, strict=True)
    )
    labels = [analysis.scale.numbered(value) for value in analysis.scale.values]
    return Section(
        title,
        (
            distribution_figure(analysis, mark),
            Table("Answers by condition", ("Condition", *labels, "n"), rows, FIRST_ANSWERS),
        ),
    )


def top_two(analysis: Analysis) -> tuple[ConditionScore, ...]:
    """Return the tested conditions, the best first; those without a mean are left out."""
    tested = [score for score in analysis.scores if analysis.roles.get(score.name, "test") == "test" and score.n]
    return tuple(sorted(tested, key=lambda score: -score.mean))


def difference_of(analysis: Analysis, first: str, second: str) -> tuple[float, float, float, float] | None:
    """Return (mean, low, high, Holm's p) of first - second; None where there is none."""
    for each in found(analysis.differences) or ():
        if (each.first, each.second) == (first, second):
            return each.mean, each.ci95.low, each.ci95.high, each.p_holm
        if (each.first, each.second) == (second, first):
            return -each.mean, -each.ci95.high, -each.ci95.low, each.p_holm
    return None
