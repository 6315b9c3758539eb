"""What the user is told when work fails."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass

from medsr_viewer.errors import MedsrError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """An error as the window shows it.

    Parameters
    ----------
    title, reason, advice : str
        What kind of thing went wrong, what exactly, and what to do about it.
    details : str
        A traceback to copy; "" for errors that the program expects.
    """

    title: str
    reason: str
    advice: str = ""
    details: str = ""

    @property
    def text(self) -> str:
        """Everything, to be copied."""
        return "\n".join(part for part in (self.title, self.reason, self.advice, self.details) if part)


def describe(exc: BaseException) -> Failure:
    """Return what the user is told of an exception; one that nobody expected is logged with its traceback."""
    if isinstance(exc, MedsrError):
        return Failure(exc.title, str(exc), exc.advice)
    details = "".join(traceback.format_exception(exc))
    logger.error("unexpected error\n%s", details)
    return Failure(
        "Something unexpected happened",
        f"{type(exc).__name__}: {str(exc)[:200]}",
        "This is a fault of the program: please report it with the details.",
        details,
    )
