"""What the auditor found: a way in which observers, or who reads a survey's files, could learn what an image is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medsr_viewer.errors import SurveyError

Severity: TypeAlias = Literal["refuse", "warning"]

SHOWN = 8
"""Digits of an identifier that a message holds."""


@dataclass(frozen=True)
class Finding:
    """One leak. Its words name no condition, method or case: observers may read them.

    Parameters
    ----------
    check : str
        Which leak of the table in `medsr_viewer.survey.audit`.
    leak : str
        What tells, in one sentence.
    where : str
        File, stimulus, place.
    advice : str
        What to do about it.
    severity : {"refuse", "warning"}
        Refuse: no rating starts until it is mended.
    """

    check: str
    leak: str
    where: str
    advice: str
    severity: Severity = "refuse"


def refuse_leaks(findings: Iterable[Finding]) -> None:
    """Let nobody rate what is not blind.

    Raises
    ------
    SurveyError
        If one of the findings refuses; the first is named, and how many more there are.
    """
    refused = [finding for finding in findings if finding.severity == "refuse"]
    if refused:
        more = f" (and {len(refused) - 1} more: `medsr survey check`)" if len(refused) > 1 else ""
        raise SurveyError(f"The survey is not blind: {refused[0].leak} ({refused[0].where}){more}", refused[0].advice)


SET_UP_AGAIN = "Set the survey up again."
LOOK_AT_IT = "Look at the case's images side by side: what is the method's own look is what is rated, a fault is not."
"""Of what pixels tell: a method may step or smooth where others do not, and still be sound."""


def some(names: Collection[str], most: int = 3) -> str:
    """Return the first of some names for a message, identifiers shortened, and how many more there are."""
    first = ", ".join(name if len(name) != 32 else name[:SHOWN] for name in sorted(names)[:most])
    return first if len(names) <= most else f"{first} and {len(names) - most} more"
