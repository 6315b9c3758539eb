"""What the commands share: their inputs, and what became of those that failed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from medsr_viewer.errors import MedsrError
from medsr_viewer.workflows.inputs import Input, find_inputs


class Failures:
    """Names each failed input on standard error, and remembers that there was one."""

    def __init__(self) -> None:
        self.status = 0

    def add_all(self, messages: Iterable[str]) -> None:
        """Name failed inputs."""
        for message in messages:
            print(f"medsr: {message}", file=sys.stderr)
            self.status = 1

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Turn a known error into a failed input, and go on."""
        try:
            yield
        except MedsrError as exc:
            self.add_all([f"{exc.title}: {exc} {exc.advice}".rstrip()])


def inputs_of(options: argparse.Namespace, failures: Failures) -> list[Input]:
    """Return the images that the options name; those that were left out are failures."""
    inputs, skipped = find_inputs(options.paths, options.frame)
    failures.add_all(f"{skip.path}: {skip.reason}" for skip in skipped)
    if not inputs and not skipped:
        failures.add_all([f"no image in {', '.join(map(str, options.paths))}"])
    return inputs


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
