"""Tables on the terminal, or in a pipe."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console

PIPE_WIDTH = 160


class _PlainConsole(Console):
    """Prints file names as they are: no markup, no emoji codes, no colours of its own."""

    def __init__(self) -> None:
        super().__init__(markup=False, emoji=False, highlight=False)
        if not self.is_terminal:
            self.width = PIPE_WIDTH

    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the command, where rich would end it with status 1."""
        raise BrokenPipeError


def console() -> Console:
    """Return what tables are printed to."""
    return _PlainConsole()
