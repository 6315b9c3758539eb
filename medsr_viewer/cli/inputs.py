"""What the commands share: their inputs, and what became of those that failed."""

from __future__ import annotations

import argparse
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from medsr_viewer.cli.messages import DONE, SOME_FAILED, line_of, say
from medsr_viewer.errors import CannotWrite, MedsrError
from medsr_viewer.imaging.collect import Skipped
from medsr_viewer.workflows.inputs import Input, find_inputs


class Failures:
    """Names each failed input on standard error, one line each, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    @property
    def status(self) -> int:
        """The exit status."""
        return SOME_FAILED if self.count else DONE

    def add(self, source: str, reason: str, advice: str = "") -> None:
        """Name a failed input."""
        self.count += 1
        say(line_of(source, reason, advice))

    @contextmanager
    def catching(self, source: str) -> Iterator[None]:
        """Turn an error into a failed input, and go on with the next.

        Raises
        ------
        CannotWrite
            It is not this input's fault, and the next would meet it too.
        """
        try:
            yield
        except CannotWrite:
            raise
        except MedsrError as exc:
            self.add(source, exc.reason, exc.advice)
        except MemoryError:
            self.add(source, "there is too little memory for it", "Choose a smaller scale factor.")
        except Exception as exc:
            self.add(source, f"unexpected {type(exc).__name__} {_place(exc)}", "Please report this.")


@dataclass(frozen=True)
class Found:
    """The inputs of a command.

    Parameters
    ----------
    inputs : list of Input
        Images whose headers could be read.
    failed : int
        Images whose headers could not.
    """

    inputs: list[Input]
    failed: int

    @property
    def count(self) -> int:
        """How many images were asked for."""
        return len(self.inputs) + self.failed


def inputs_of(options: argparse.Namespace, failures: Failures) -> Found:
    """Return the images that the options name.

    Files that cannot be read are failures. Files in a searched folder or zip that are not images at all are named, but
    are none.
    """
    inputs, skipped = find_inputs(options.paths, options.frame)
    named = {str(path) for path in options.paths}
    for skip in skipped:
        if _is_failure(skip, named):
            failures.add(skip.path, skip.reason, skip.advice)
        else:
            say(line_of(skip.path, f"left out: {skip.reason}"))
    failed = failures.count
    if not inputs and not failed:
        failures.add(", ".join(map(str, options.paths)), "no image in there", "Name a file or folder that holds some.")
    return Found(inputs, failed)


def check_device(name: str) -> None:
    """Refuse a device that this machine lacks before any work is done.

    Raises
    ------
    DeviceUnavailable
        With a list of what there is.
    """
    if name in ("auto", "cpu"):
        return  # always there; asking would load torch
    from medsr_viewer.upscaling.devices import find_device

    find_device(name)


def _is_failure(skip: Skipped, named: set[str]) -> bool:
    return not skip.is_foreign or skip.path in named


def _place(exc: Exception) -> str:
    """Return where an error was raised. Its message stays out: it could quote the file's header."""
    last = traceback.extract_tb(exc.__traceback__)[-1]
    return f"in {last.name}, {last.filename.replace(chr(92), '/').rpartition('/')[2]} line {last.lineno}"
