"""`medsr-train report`: the page of a run, whether it goes on, was stopped or is finished."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_report_command(subparsers: Any) -> None:
    """Add the command to `medsr-train`; its `work` takes the parsed options.

    Parameters
    ----------
    subparsers : argparse's action
        What ``ArgumentParser.add_subparsers`` returned.
    """
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "report", help="draw a run's curves, pictures and recipe on one page"
    )
    parser.add_argument("run", type=Path, help="run folder")
    parser.add_argument("--out", type=Path, metavar="PAGE.html", help="default: report.html in the run folder")
    parser.set_defaults(work=_work)


def _work(options: argparse.Namespace) -> int:
    from trainer.run_report.page import write_report

    print(write_report(options.run, options.out))
    return 0
