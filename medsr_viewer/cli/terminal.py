"""Tables on the terminal, or in a pipe."""

from __future__ import annotations

from rich.console import Console

PIPE_WIDTH = 160


def console() -> Console:
    """Return a console that prints file names as they are: no markup, no emoji codes, no colours of its own."""
    plain = Console(markup=False, emoji=False, highlight=False)
    if not plain.is_terminal:
        plain.width = PIPE_WIDTH
    return plain
