"""`medsr upscale`: upscaled images as files."""

from __future__ import annotations

import argparse

from medsr_viewer.cli.inputs import Failures, check_device, inputs_of
from medsr_viewer.upscaling.methods import catalogue
from medsr_viewer.workflows.enhance import enhance, write_upscaled


def run(options: argparse.Namespace) -> int:
    """Upscale every input; return the exit status."""
    method = catalogue().find(options.method, options.scale)
    check_device(options.device)
    failures = Failures()
    for source in inputs_of(options, failures):
        with failures.catching():
            frame, upscaled = enhance(source, method, options.scale, device=options.device, precision=options.precision)
            path = write_upscaled(options.out, source, frame, upscaled, options.format)
            notes = "".join(f" ({note})" for note in upscaled.notes)
            print(f"{source.instance.source} -> {path}, {upscaled.seconds:.2f} s{notes}")
    return failures.status
