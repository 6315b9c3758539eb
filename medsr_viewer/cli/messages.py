"""What the command says on standard error, and its exit status. Imports nothing heavy: `medsr --help` is quick."""

from __future__ import annotations

import sys

DONE, SOME_FAILED, WRONG_USAGE, NOT_FOUND_OUT = 0, 1, 2, 3
"""The last is of `survey verify` alone: nothing is known of alterations, or what was found could not be written."""


def line_of(source: str, reason: str, advice: str = "") -> str:
    """Return one line that names a source, what is the matter with it, and what to do."""
    prefix = "" if reason.startswith(source) else f"{source}: "
    line = f"{prefix}{reason.rstrip('.')}. {advice}".rstrip()
    return " ".join(line.splitlines())


def say(line: str) -> None:
    """Write a line to standard error."""
    print(f"medsr: {line}", file=sys.stderr)
