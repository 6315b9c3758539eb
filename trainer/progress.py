"""How far a run is: a bar with rate and time left on a terminal, a plain line a minute elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

LINE_EVERY = 60.0
"""Seconds between plain lines."""
Advance = Callable[[int], None]


@contextmanager
def showing_progress(
    name: str, done: int, total: int, console: Console | None, report: Callable[[str], None]
) -> Iterator[Advance]:
    """Show how far a run is.

    Parameters
    ----------
    name : str
        Of the run.
    done, total : int
        Steps.
    console : Console, optional
        Where a bar may be drawn, if it is a terminal; None draws none.
    report : callable
        Takes a plain line.

    Yields
    ------
    callable
        To be called with the steps done, after each.
    """
    if console is None or not console.is_terminal:
        yield _Lines(done, total, report)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(name, total=total, completed=done, rate="")
        started, first = time.monotonic(), done

        def advance(step: int) -> None:
            rate = (step - first) / max(time.monotonic() - started, 1e-9)
            progress.update(task, completed=step, rate=f"{rate:.2f} steps/s")

        yield advance


class _Lines:
    def __init__(self, done: int, total: int, report: Callable[[str], None]) -> None:
        self.first, self.total, self.report = done, total, report
        self.started = self.last = time.monotonic()

    def __call__(self, step: int) -> None:
        now = time.monotonic()
        if now - self.last < LINE_EVERY:
            return
        self.last = now
        rate = (step - self.first) / (now - self.started)
        left = timedelta(seconds=round((self.total - step) / rate))
        self.report(f"step {step} of {self.total}, {rate:.2f} steps/s, {left} left")
