"""`medsr upscale`: upscaled images as files."""

from __future__ import annotations

import argparse

from medsr_viewer.cli.inputs import Failures, check_device, inputs_of
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.workflows.enhance import enhance, unique_stems, write_upscaled


def run(options: argparse.Namespace) -> int:
    """Upscale every input; return the exit status."""
    method = catalogue().find(options.method, options.scale)
    check_device(options.device)
    failures = Failures()
    inputs = inputs_of(options, failures).inputs
    for source, stem in zip(inputs, unique_stems(inputs), strict=True):
        name = source.instance.source
        with failures.catching(name):
            frame, upscaled = enhance(source, method, options.scale, device=options.device, precision=options.precision)
            path = write_upscaled(options.out, stem, source, frame, upscaled, options.format)
            notes = "".join(f" ({note})" for note in upscaled.notes)
            print(f"{name} -> {path}, {upscaled.seconds:.2f} s{notes}")
    return failures.status
