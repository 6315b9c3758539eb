"""The window's command: ``medsr-viewer [PATH ...] [--sample]``, or ``--rate STUDY --observer NAME``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from medsr_viewer import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, check that a window can be shown, and show it.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; those of the process where left out.

    Returns
    -------
    int
        0 when the window was closed, 1 where it cannot be shown, 2 for wrong usage, 3 when the rating window was closed
        on what stops the study.
    """
    parser = argparse.ArgumentParser(
        prog="medsr-viewer",
        description="Compare degraded, bicubic and learned upscaling of medical images. Research use only.",
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files, folders, zips or DICOMDIRs to open")
    parser.add_argument("--sample", action="store_true", help="open the sample, a head CT")
    parser.add_argument("--rate", type=Path, metavar="STUDY", help="open only the rating window of a survey's folder")
    parser.add_argument("--observer", metavar="NAME", help="who rates: a pseudonym, such as R01")
    parser.add_argument("--windowed", action="store_true", help="with --rate: not full-screen")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    options = parser.parse_args(arguments)
    if options.sample and options.paths:
        parser.error("--sample and PATH exclude each other")
    if (options.rate is None) != (options.observer is None):
        parser.error("--rate and --observer go together")
    if options.rate is not None and (options.paths or options.sample):
        parser.error("--rate opens the survey alone: leave out PATH and --sample")
    from medsr_viewer.ui.requirements import what_is_missing

    missing = what_is_missing()
    if missing:
        print(f"medsr-viewer: {missing}", file=sys.stderr)
        return 1
    try:
        if options.rate is not None:
            from medsr_viewer.ui.survey.rating import rate

            return rate(options.rate, options.observer, windowed=options.windowed)
        from medsr_viewer.ui.app import run
    except ImportError as exc:
        print(f"medsr-viewer: the window cannot be loaded: {exc}. Install the program again.", file=sys.stderr)
        return 1
    return run(options.paths, sample=options.sample)


if __name__ == "__main__":
    sys.exit(main())
