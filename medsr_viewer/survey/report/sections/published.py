"""The published survey beside its simulated example: what was reported then, what is found here, what went wrong."""

from __future__ import annotations

import math

from medsr_viewer.survey import published
from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.analysis_parts import found
from medsr_viewer.survey.report.document import Paragraph, Section, Table
from medsr_viewer.survey.report.wording import count, counted, listed, number, reach

_RANKING = {"ranking", "inverted"}


def published_section(analysis: Analysis) -> Section:
    """Return the section of the example's report that sets it beside the published survey.

    Parameters
    ----------
    analysis : Analysis
        Of the example's ratings.
    """
    lead = Paragraph(
        f"This is a made-up example. {published.CITATION} asked {published.OBSERVERS} observers; simulated observers"
        " whose population has the mean opinion scores published then rated here images of the program's own. The"
        " scores below therefore say nothing of the methods: they show what a report says of such ratings.",
        "caution",
    )
    return Section(
        "The published survey, simulated", (lead, _scores(analysis), Paragraph(_ranked(analysis)), _troubles())
    )


def ranked_observers(analysis: Analysis) -> tuple[str, ...]:
    """Return who ranked instead of rating, or turned the scale round, by the screening."""
    screening = found(analysis.screening)
    return tuple(one.name for one in screening.observers if _RANKING & set(one.reasons)) if screening else ()


def _scores(analysis: Analysis) -> Table:
    screened = {score.name: score.mean for score in found(analysis.scores_screened) or ()}
    rows = tuple(
        (
            score.name,
            number(published.MOS[score.name]),
            number(score.mean),
            reach(score.ci95.low, score.ci95.high),
            number(screened.get(score.name, math.nan)),
            count(score.n),
        )
        for score in analysis.scores
        if score.name in published.MOS
    )
    return Table(
        "Published and reproduced mean opinion scores",
        ("Condition", "Published", "Simulated", "95 % CI", "Simulated, screened", "n"),
        rows,
        "Published: without intervals. Simulated: of all observers, as was published; the interval is for new observers"
        " and new cases. Screened: without the observers whom the screening recommends to leave out. The number of"
        f" cases was not told; {counted(len(analysis.table.cases), 'case')} are assumed here.",
    )


def _ranked(analysis: Analysis) -> str:
    names = ranked_observers(analysis)
    if not names:
        return "The screening finds nobody who ranked instead of rating."
    return (
        f"The screening names {counted(len(names), 'observer')} of {len(analysis.table.observers)} who ranked the"
        f" images, or turned the scale round: {listed(names)}. Each of their answers is a valid number from 1 to"
        f" {analysis.table.best}, so that means alone cannot show it; such answers pull good and bad conditions"
        " together, as the screened scores show."
    )


def _troubles() -> Table:
    return Table(
        "What went wrong in the published survey",
        ("Then", "What this program has against it"),
        published.TROUBLES,
        "Simulated observers have no screens and are not trained: of these four, the example shows the first and the"
        " last.",
        text_columns=2,
    )
