"""Parts of an analysis that may be missing: each says why, and none stops the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from medsr_viewer.errors import TooFewRatings

T = TypeVar("T")


@dataclass(frozen=True)
class Missing:
    """Stands for a part of the analysis that is not there.

    Parameters
    ----------
    reason : str
        Why, in whole sentences.
    """

    reason: str


def attempt(part: Callable[[], T]) -> T | Missing:
    """Return a part of the analysis, or why it is missing.

    Ratings of people can be degenerate in ways that no check foresees (all alike, hardly any, one observer): numerical
    failures are told in the report, and the other parts are computed all the same.
    """
    try:
        return part()
    except TooFewRatings as error:
        return Missing(error.reason)
    except (ValueError, ArithmeticError) as error:  # LinAlgError is a ValueError
        return Missing(f"It could not be computed from these ratings: {error}.")


def found(part: T | Missing) -> T | None:
    """Return a part, or None where it is missing."""
    return None if isinstance(part, Missing) else part
