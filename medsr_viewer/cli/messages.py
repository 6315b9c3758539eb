"""What the command says on standard error, and its exit status. Imports nothing heavy: `medsr --help` is quick."""

from __future__ import annotations

import sys

DONE, SOME_FAILED, WRONG_USAGE = 0, 1, 2


def line_of(source: str, reason: str, advice: str = "") -> str:
    """Return one line that names a source, what is the matter with it, and what to do."""
    prefix = "" if reason.startswith(source) else f"{source}: "
    line = f"{prefix}{reason.rstrip('.')}. {advice}".rstrip()
    return " ".join(line.splitlines())


def say(line: str) -> None:
    """Write a line to standard error."""
    print(f"medsr: {line}", file=sys.stderr)
