"""Which condition was preferred: choices between two images."""

from __future__ import annotations

from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.pair_analysis import PAIRS_ESTIMAND, PairAnalysis
from medsr_viewer.survey.report.document import Block, Paragraph, Section, Table
from medsr_viewer.survey.report.pair_figures import scale_figure
from medsr_viewer.survey.report.sections.scores import absent
from medsr_viewer.survey.report.wording import count, counted, number, p_equals, reach, share
from medsr_viewer.survey.statistics.neighbours import MOST_COMPARISONS, Separation
from medsr_viewer.survey.statistics.pair_choice import PRIOR_SD
from medsr_viewer.survey.statistics.pairs import PairScale


def pair_sections(analysis: PairAnalysis, mark: str) -> list[Section]:
    """Return the sections on choices."""
    if not analysis.n:
        return [Section("Preference", (Paragraph("There are no choices.", "caution"),))]
    scale = analysis.bradley_terry
    if isinstance(scale, Missing):
        return [Section("Preference", (absent("Bradley-Terry scale", scale),)), _choices(analysis)]
    blocks: list[Block] = [
        scale_figure(scale, analysis.roles, analysis.question, mark),
        _values(scale, "Bradley-Terry scale"),
        Paragraph(f"What is estimated: {PAIRS_ESTIMAND}", "note"),
        _differences(scale),
    ]
    if isinstance(analysis.thurstone, Missing):
        blocks.append(absent("Thurstone scale", analysis.thurstone))
    else:
        blocks.append(_values(analysis.thurstone, "Thurstone scale (case V), for comparison"))
    if not isinstance(analysis.scale_with_withdrawn, Missing):
        title = "Sensitivity: with the observers who withdrew after the allocation was opened"
        blocks.append(_values(analysis.scale_with_withdrawn, title))
    return [Section("Preference", tuple(blocks)), _choices(analysis), _next(analysis)]


def pair_lead(analysis: PairAnalysis) -> str:
    """Return what a reader takes away."""
    scale = analysis.bradley_terry
    if isinstance(scale, Missing):
        return f"There is no scale of preference. {scale.reason}"
    best, *others = sorted(scale.values, key=lambda value: -value.value)
    text = "From the most to the least preferred (Bradley-Terry scale, 95 % CI): "
    text += "; ".join(f"{one.condition} {number(one.value)} ({reach(*one.ci95)})" for one in (best, *others)) + "."
    for each in scale.differences:
        if {each.first, each.second} == {best.condition, others[0].condition}:
            ahead = each.probability if each.first == best.condition else 1 - each.probability
            ends = each.probability_ci95
            low, high = ends if each.first == best.condition else (1 - ends[1], 1 - ends[0])
            text += (
                f" By the model, {best.condition} is chosen over {others[0].condition} in {share(ahead)} of choices"
                f" (95 % CI {share(low)} to {share(high)})."
            )
    return text


def _values(scale: PairScale, title: str) -> Table:
    rows = tuple(
        (each.condition, number(each.value), reach(*each.ci95), count(each.chosen), count(each.shown))
        for each in sorted(scale.values, key=lambda value: -value.value)
    )
    fit = f"fit: deviance {number(scale.deviance)}, df = {scale.df}" + (f", {p_equals(scale.p)}" if scale.df else "")
    regularised = (
        " Some condition was always or never chosen: every pair was given a small number of choices either way."
        if scale.regularised
        else ""
    )
    return Table(
        title,
        ("Condition", "Value", "95 % CI", "Chosen", "Shown"),
        rows,
        f"{scale.test}; {fit} (a small p means that one scale does not hold the choices, or that those of one observer"
        f" or one case go together, which the test takes as independent).{regularised} Assumptions:"
        f" {scale.assumptions}. n = {count(scale.n)} choices, {counted(scale.observers, 'observer')},"
        f" {counted(scale.cases, 'case')}.",
    )


def _differences(scale: PairScale) -> Table:
    rows = tuple(
        (
            f"{each.first} \N{MINUS SIGN} {each.second}",
            number(each.value),
            reach(*each.ci95),
            share(each.probability),
            f"{share(each.probability_ci95[0])} to {share(each.probability_ci95[1])}",
        )
        for each in scale.differences
    )
    return Table(
        "Differences on the Bradley-Terry scale",
        ("Difference", "Value", "95 % CI", "First chosen", "95 % CI"),
        rows,
        "First chosen: how often the model has the first chosen over the second. An interval that does not hold 0 (50"
        " %)"
        " tells the two apart; intervals are not corrected for the number of pairs.",
    )


def _next(analysis: PairAnalysis) -> Section:
    title = "Size of a next survey"
    if isinstance(analysis.neighbours, Missing):
        return Section(title, (absent("More comparisons", analysis.neighbours),))
    rows = tuple(
        (
            f"{pair.better} \N{MINUS SIGN} {pair.worse}",
            number(pair.separation.value),
            number(pair.separation.standard_error),
            count(pair.compared),
            number(pair.dependence, 1),
            _more(pair.separation),
        )
        for pair in analysis.neighbours
    )
    table = Table(
        "More comparisons that tell neighbours on the scale apart",
        ("Neighbours", "Difference", "Standard error", "Compared", "Dependence", "More needed"),
        rows,
        "Difference: on the Bradley-Terry scale so far, in logits, with a normal prior (standard deviation"
        f" {PRIOR_SD:g} of each value) that draws it towards 0. More needed: direct comparisons of the two that tell"
        " them apart with power 80 % (two-sided, 0.05), if they differ as it seems now: a help to plan, no promise."
        " Told apart: the interval above does not hold 0. Dependence: how many times the variance is what independent"
        " choices would have, since those of one observer or one case go together; the last column allows for it.",
    )
    return Section(title, (table,))


def _more(separation: Separation) -> str:
    if separation.more == 0:
        return "told apart"
    return f"over {count(MOST_COMPARISONS)}" if separation.more is None else count(separation.more)


def _choices(analysis: PairAnalysis) -> Section:
    names, wins = analysis.table.conditions, analysis.wins
    rows = tuple((name, *(count(value) for value in row)) for name, row in zip(names, wins, strict=True))
    sides = analysis.sides
    return Section(
        "Choices",
        (
            Table(
                "How often the row was chosen over the column", ("Chosen", *names), rows, f"n = {count(analysis.n)}."
            ),
            Paragraph(
                f"The left image was chosen in {count(sides.left)} of {count(sides.n)} choices ({p_equals(sides.p)},"
                " exact binomial test of one half, choices taken as independent): sides were drawn at random, so that a"
                " preference for one side favours no condition.",
                "note",
            ),
        ),
    )
