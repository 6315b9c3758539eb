"""What is said of records that were put back from a backup, and of a withdrawal that comes late."""

from __future__ import annotations

from collections.abc import Sequence

RESTORED = "Were these records put back from a backup?"
WITHDRAWN_LATE = (
    "The survey is closed: who takes an observer out now may know what that does to the results. The report will say "
    "that this was done after closing."
)
_EXPLANATION = (
    "Until that is settled nobody can rate, and nothing can be withdrawn, merged or closed. If there is a newer copy, "
    "put survey.sqlite and survey.head back together, from the same backup, and look again (F5). If this is the newest "
    "that there is, go on with it: answers given since that backup are lost. That stays on record: Verify and every "
    "report will say so. If no backup was put back, somebody exchanged the file: find out first."
)


def told_contradictions(contradictions: Sequence[str]) -> str:
    """Return what is said of records that survey.head contradicts."""
    return f"Found: {'; '.join(contradictions)}.\n{_EXPLANATION}"
