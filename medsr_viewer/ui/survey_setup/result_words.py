"""What the results window says of a survey. No words here name a condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from medsr_viewer.ui.failure import Failure

if TYPE_CHECKING:
    from medsr_viewer.survey.audit import Finding
    from medsr_viewer.ui.survey_setup.survey_works import SurveyLook

WITHDRAWAL = (
    "The withdrawal is recorded and cannot be undone. Where the observer asks for it, the answers are erased too."
)
_MOST_LINES = 4


def told_state(look: SurveyLook) -> str:
    """Return how a survey stands."""
    count, trials = len(look.observers), sum(one.done for one in look.observers)
    state = "Closed and unblinded" if look.is_closed else "Open: nothing here tells the methods"
    who = f"{count} {'simulated ' * look.is_simulated}observer{'s' * (count != 1)}"
    clocks = "".join(f" {one.sentence[0].upper()}{one.sentence[1:]}." for one in look.clock_changes)
    return f"{state}. {who}, {trials} trial{'s' * (trials != 1)}.{clocks}"


def told_interval(figures: Mapping[str, Any]) -> str:
    """Return why not to rely on the intervals, what the scores estimate and how their interval is made, or not."""
    caution = figures.get("caution")
    texts = (
        f"CAUTION: {caution}" if caution else "",
        str(figures.get("estimand", "")),
        f"Interval: {figures.get('interval') or 'none'}",
    )
    return " ".join(f"{text.rstrip('. ')}." for text in texts if text)


def told_caution_on_next(figures: Mapping[str, Any]) -> str:
    """Return why not to rely on the sizes of a next survey, in the report's own words; "" where they hold."""
    planned = (question.get("next_survey") or {} for question in figures.get("questions", ()))
    cautions = dict.fromkeys(one.get("caution", "") for one in planned)  # none in older reports
    return " ".join(f"CAUTION: {caution}" for caution in cautions if caution)


def told_problems(problems: Sequence[str]) -> Failure:
    """Return what is told of what was altered."""
    return Failure("Something was altered", listed(problems), details="\n".join(problems))


def told_findings(findings: Sequence[Finding]) -> Failure:
    """Return what is told of what the blinding check found."""
    refused = any(one.severity == "refuse" for one in findings)
    title = "This survey is not blind" if refused else "The blinding could be better"
    all_of_them = "\n".join(f"{one.severity}: {one.leak} ({one.where}). {one.advice}" for one in findings)
    return Failure(title, listed(each_leak(findings)), details=all_of_them)


def each_leak(findings: Sequence[Finding]) -> list[str]:
    """Return a line for each leak, with where it was found, or how often."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in findings:
        places.setdefault((one.leak, one.advice), []).append(one.where)
    return [
        f"{leak} ({where[0] if len(where) == 1 else f'found {len(where)} times'}). {advice}"
        for (leak, advice), where in places.items()
    ]


def listed(lines: Sequence[str]) -> str:
    """Return the first of some lines, and how many more there are."""
    more = f"\nAnd {len(lines) - _MOST_LINES} more." if len(lines) > _MOST_LINES else ""
    return "\n".join(lines[:_MOST_LINES]) + more
