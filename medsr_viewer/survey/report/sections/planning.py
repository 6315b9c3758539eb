"""How large a next survey should be: this one is its pilot."""

from __future__ import annotations

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.next_survey import NextSurvey, Range
from medsr_viewer.survey.report.document import Paragraph, Section, Table
from medsr_viewer.survey.report.sections.scores import absent
from medsr_viewer.survey.report.wording import count, counted, number, share
from medsr_viewer.survey.statistics.planning import MOST_OBSERVERS
from medsr_viewer.survey.statistics.variance import Pilot, VarianceComponents, plausible_factors

MORE_CASES = "more cases"
"""Stands where no number of observers is enough."""


def planning_section(analysis: Analysis) -> Section:
    """Return the section on the size of a next survey."""
    title = "Size of a next survey"
    planned = analysis.next_survey
    if isinstance(planned, Missing):
        return Section(title, (absent("Sizes", planned),))
    lead = Paragraph(needed_sentence(planned, len(analysis.table.cases)))
    caution = (Paragraph(planned.caution, "caution"),) if planned.caution else ()
    return Section(title, (*caution, lead, _variances(planned.pilot), _needed(planned), _sizes(planned)))


def needed_sentence(planned: NextSurvey, cases: int) -> str:
    """Return how many observers this survey's number of cases asks for, in one sentence."""
    here = next(one for one in planned.needed if one.cases == cases)
    width, difference = planned.half_widths[1], planned.differences[1]
    words = f"With {counted(cases, 'case')} as here, a 95 % interval of \N{PLUS-MINUS SIGN}{width:g} takes "
    words += _observers(here.for_width[1], here.width_ranges[1])
    words += f", and telling a difference of {difference:g} with power 80 % takes "
    words += _observers(here.for_difference[1], here.difference_ranges[1])
    return words + ". In brackets: with variances as small, and as large, as this survey leaves possible (95 %)."


def _observers(number_of: int | None, between: Range) -> str:
    few, many = ("more cases" if end is None else count(end) for end in between)
    if number_of is None:
        words = "more cases than these, however many observers rate"
        return words if between[0] is None else f"{words} (or from {counted(between[0], 'observer')} on)"
    return counted(number_of, "observer") + ("" if few == many else f" ({few} to {many})")


def _variances(pilot: Pilot) -> Table:
    rows = [
        ("Observers", *_both(pilot.rating.observers, pilot.difference.observers), _factors(pilot.rating.n_observers)),
        ("Cases", *_both(pilot.rating.cases, pilot.difference.cases), _factors(pilot.rating.n_cases)),
        ("Rest: observer by case, and own inconsistency", *_both(pilot.rating.residual, pilot.difference.residual), ""),
    ]
    if pilot.repeats:
        rows.append(("Of it own inconsistency, from repeats", number(pilot.own, 3), "", _factors(pilot.repeats + 1)))
    cut = _cut(pilot.rating, "of a rating") + _cut(pilot.difference, "of a difference")
    rating = pilot.rating
    repeats = f", {counted(pilot.repeats, 'repeat')}" if pilot.repeats else ""
    return Table(
        "What ratings vary by (variances)",
        ("Source", "Of a rating", "Of a difference", "Known to within"),
        tuple(rows),
        f"{rating.test}, mean over conditions or over pairs of conditions; this survey is the pilot:"
        f" {counted(rating.n_observers, 'observer')}, {counted(rating.n_cases, 'case')}, n = {count(rating.n)} ratings"
        f"{repeats}. Of a difference: of two conditions on the same case by the same observer, in which much of what"
        f" people and cases differ by drops out.{cut} Known to within: between which multiples of the figure the true"
        f" variance may lie (95 %, chi-squared), which the numbers below inherit. Assumptions: {rating.assumptions}.",
    )


def _needed(planned: NextSurvey) -> Table:
    sizes = [f"CI \N{PLUS-MINUS SIGN}{width:g}" for width in planned.half_widths]
    told = [f"difference {difference:g}" for difference in planned.differences]
    rows = tuple(
        (
            count(row.cases),
            *map(_cell, row.for_width, row.width_ranges),
            *map(_cell, row.for_difference, row.difference_ranges),
        )
        for row in planned.needed
    )
    return Table(
        "Observers needed",
        ("Cases", *sizes, *told),
        rows,
        "Fewest observers, each of whom rates every case under every condition. CI: whose 95 % interval of a MOS, for"
        " new observers and new cases, is expected to be that wide. Difference: who tell such a difference of two"
        " conditions' MOS from 0 with power 80 % (two-sided, 0.05, not corrected for pairs). In brackets: where the"
        " variance of the mean is at the ends of its 95 % interval (chi-squared, Satterthwaite's degrees of freedom"
        " from the pilot's mean squares)."
        f" {MORE_CASES.capitalize()}: {count(MOST_OBSERVERS)} observers are not enough, because what the cases"
        " differ by stays.",
        text_columns=0,
    )


def _sizes(planned: NextSurvey) -> Table:
    rows = tuple(
        (
            count(row.observers),
            count(row.cases),
            f"\N{PLUS-MINUS SIGN}{number(row.half_width)}",
            share(row.power),
            number(row.least_difference),
            count(row.ratings_each),
        )
        for row in planned.rows
    )
    return Table(
        "What a survey of this size would give",
        (
            "Observers",
            "Cases",
            "95 % CI of a MOS",
            f"Power for {planned.difference:g}",
            "Difference told",
            "Ratings each",
        ),
        rows,
        f"Power: of telling a difference of {planned.difference:g} between two conditions from 0 (two-sided, 0.05,"
        " noncentral t with Satterthwaite's degrees of freedom); difference told: with power 80 %.",
        text_columns=0,
    )


def _both(of_rating: float, of_difference: float) -> tuple[str, str]:
    return number(of_rating, 3), number(of_difference, 3)


def _factors(number_of: int) -> str:
    low, high = plausible_factors(number_of)
    return f"\N{MULTIPLICATION SIGN}{number(low)} to \N{MULTIPLICATION SIGN}{number(high)}"


def _cut(components: VarianceComponents, what: str) -> str:
    if not components.truncated:
        return ""
    return f" Estimated as negative {what}, and taken as 0: {', '.join(components.truncated)}."


def _cell(observers: int | None, between: Range) -> str:
    number_of, few, many = (MORE_CASES if each is None else count(each) for each in (observers, *between))
    return number_of if few == many else f"{number_of} ({few} to {many})"
