"""`medsr survey`: the actions of a blind reader survey."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rich.table import Table

from medsr_viewer.cli.messages import DONE, SOME_FAILED, say
from medsr_viewer.cli.survey_design import design_of
from medsr_viewer.cli.terminal import console
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.sealing import read_passphrase
from medsr_viewer.survey.status import ObserverStatus, status
from medsr_viewer.survey.withdrawal import withdraw
from medsr_viewer.whole_files import write_whole
from medsr_viewer.workflows.survey_bundle import export_bundle, merge_bundle
from medsr_viewer.workflows.survey_close import close_survey
from medsr_viewer.workflows.survey_files import open_survey


def _new(options: argparse.Namespace) -> int:
    from medsr_viewer.workflows.survey_new import create_survey

    passphrase = read_passphrase(options.passphrase_file)
    made = create_survey(
        options.survey,
        design_of(options),
        passphrase,
        store_url=options.store or "",
        device=options.device,
        report=say,
    )
    for note in dict.fromkeys(made.notes):
        say(note)
    print(f"{made.folder}: {made.stimuli} stimuli, {made.trials} trials an observer; commitment {made.commitment}")
    _write_json(options, {**asdict(made), "folder": str(made.folder)})
    return DONE


def _check(options: argparse.Namespace) -> int:
    from medsr_viewer.workflows.survey_check import check_survey

    findings = check_survey(options.survey)
    for finding in findings:
        say(f"{finding.severity}: {finding.text}")
    refused = [finding for finding in findings if finding.severity == "refuse"]
    print("blind: nothing found that tells the methods apart" if not findings else f"{len(findings)} findings")
    _write_json(options, {"findings": [asdict(finding) for finding in findings], "passed": not refused})
    return SOME_FAILED if refused else DONE


def _simulate(options: argparse.Namespace) -> int:
    from medsr_viewer.workflows.survey_simulate import simulate_survey

    made = simulate_survey(options.survey, options.observers, options.seed, truth=options.truth, report=say)
    print(f"{made.answers} trials answered by {len(made.observers)} simulated observers")
    _write_json(
        options,
        {
            "conditions": [{"name": name, "mos": mos} for name, mos in made.mos.items()],
            "observers": list(made.observers),
            "answers": made.answers,
        },
    )
    return DONE


def _rate(options: argparse.Namespace) -> int:
    # A process of its own: the command line and the window know nothing of one another.
    return subprocess.call(  # noqa: S603 - this very interpreter, and arguments that are no shell's
        [sys.executable, "-m", "medsr_viewer", "--rate", str(options.survey), "--observer", options.observer]
    )


def _status(options: argparse.Namespace) -> int:
    with open_survey(options.survey) as survey:
        observers = status(survey.store.records(), survey.plan, survey.design)
    _print_status(observers)
    _write_json(options, {"observers": [asdict(observer) for observer in observers]})
    return DONE


def _close(options: argparse.Namespace) -> int:
    closed = close_survey(options.survey, read_passphrase(options.passphrase_file))
    for problem in closed.problems:
        say(f"{options.survey}: {problem}")
    print(f"{options.survey}: closed and unblinded; the allocation is the one committed to: {closed.commitment}")
    _write_json(options, {"commitment": closed.commitment, "problems": list(closed.problems)})
    return DONE


def _verify(options: argparse.Namespace) -> int:
    problems = verify_folder(SurveyFolder(options.survey))
    for problem in problems:
        say(f"{options.survey}: {problem}")
    print(f"{options.survey}: " + (f"{len(problems)} problems" if problems else "nothing was altered"))
    _write_json(options, {"problems": problems, "intact": not problems})
    return SOME_FAILED if problems else DONE


def _report(options: argparse.Namespace) -> int:
    from medsr_viewer.workflows.survey_report import report_survey

    made = report_survey(options.survey, options.out, report=say)
    for path in made.files:
        print(path)
    _write_json(options, made.figures)
    return DONE


def _withdraw(options: argparse.Namespace) -> int:
    with open_survey(options.survey) as survey:
        withdraw(survey.store, options.observer, erase=options.erase)
    print(
        f"{options.survey}: {options.observer} is out of the analysis" + (", answers erased" if options.erase else "")
    )
    return DONE


def _export(options: argparse.Namespace) -> int:
    count = export_bundle(options.survey, options.out)
    print(f"{options.out}: {count} records")
    return DONE


def _merge(options: argparse.Namespace) -> int:
    merged = {str(bundle): merge_bundle(options.survey, bundle) for bundle in options.bundles}
    for name, count in merged.items():
        print(f"{name}: {count} new records")
    _write_json(options, {"merged": merged})
    return DONE


ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {
        "new": _new,
        "check": _check,
        "simulate": _simulate,
        "rate": _rate,
        "status": _status,
        "close": _close,
        "verify": _verify,
        "report": _report,
        "withdraw": _withdraw,
        "export": _export,
        "merge": _merge,
    }
)
"""What `medsr survey` does, by its first argument."""


def _print_status(observers: list[ObserverStatus]) -> None:
    table = Table("observer", "site", "trials", "of", "minutes", "last seen", "")
    for one in observers:
        state = "withdrawn" if one.withdrawn else "finished" if one.finished else ""
        table.add_row(one.observer, one.site, str(one.done), str(one.total), f"{one.minutes:.1f}", one.last_seen, state)
    console().print(table)


def _write_json(options: argparse.Namespace, figures: Mapping[str, Any]) -> None:
    path: Path | None = options.json
    if path:
        write_whole(path, json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
