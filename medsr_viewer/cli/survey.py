"""`medsr survey`: the actions of a blind reader survey."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rich.table import Table

from medsr_viewer.cli.messages import DONE, NOT_FOUND_OUT, SOME_FAILED, line_of, say
from medsr_viewer.cli.survey_design import design_of
from medsr_viewer.cli.terminal import console
from medsr_viewer.errors import CannotWrite, InputError, MedsrError, SurveyClosed, SurveyUnreachable, WrongUsage
from medsr_viewer.survey.audit import Finding, audit
from medsr_viewer.survey.clock_changes import ClockChange, clock_changes, clock_changes_of
from medsr_viewer.survey.enrolment import check_observer
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.new_folder import copy_for_site
from medsr_viewer.survey.report.wording import counted
from medsr_viewer.survey.sealing import read_passphrase
from medsr_viewer.survey.site_blocks import block_of
from medsr_viewer.survey.status import ObserverStatus, status
from medsr_viewer.survey.withdrawal import withdraw
from medsr_viewer.whole_files import write_whole
from medsr_viewer.workflows.survey_bundle import end_in_words, export_bundle, merge_bundle, merged_conflicts
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
    stimuli, trials = counted(made.stimuli, "stimulus", "stimuli"), counted(made.trials, "trial")
    print(f"{made.folder}: {stimuli}, {trials} an observer; commitment {made.commitment}")
    say(f"{made.sources}: says where the images came from; keep it to yourself, beside the folder")
    refused = _tell(made.findings)
    if refused:
        say(f"{made.folder}: it is there, but it is not blind: nobody can rate it before `medsr survey check` passes")
    _write_json(options, {**asdict(made), "folder": str(made.folder), "sources": str(made.sources)})
    return SOME_FAILED if refused else DONE


def _check(options: argparse.Namespace) -> int:
    from medsr_viewer.upscaling.catalogue import catalogue

    folder = SurveyFolder(options.survey)
    folder.set_dates()
    findings = audit(folder, methods=[method.name for method in catalogue().methods])
    refused = _tell(findings)
    found = counted(len(findings), "finding") if findings else "nothing was found that tells the conditions apart"
    print(f"{options.survey}: {found}")
    _write_json(options, {"findings": [asdict(finding) for finding in findings], "passed": not refused})
    return SOME_FAILED if refused else DONE


def _simulate(options: argparse.Namespace) -> int:
    from medsr_viewer.workflows.survey_simulate import simulate_survey

    made = simulate_survey(
        options.survey, options.observers, options.seed, truth=options.truth, rankers=options.rankers, report=say
    )
    answered, by = counted(made.answers, "trial"), counted(len(made.observers), "simulated observer")
    print(f"{answered} answered by {by}")
    _write_json(
        options,
        {
            **made.truth,
            "observers": list(made.observers),
            "answers": made.answers,
        },
    )
    return DONE


def _example(options: argparse.Namespace) -> int:
    from medsr_viewer.workflows.survey_example import SEED, example_survey

    seed = SEED if options.seed is None else options.seed
    example = example_survey(options.survey, options.out, seed=seed, report=say)
    for path in example.made.files:
        print(path)
    for what, path in (("images", example.images), ("passphrase", example.passphrase), ("true scores", example.truth)):
        say(f"{path}: {what} of the example, whose observers are simulated")
    _write_json(options, example.made.figures)
    return DONE


def _rate(options: argparse.Namespace) -> int:
    try:
        check_observer(options.observer)
    except InputError as exc:
        raise WrongUsage(exc.reason, exc.advice) from exc
    with open_survey(options.survey) as survey:
        for record in survey.store.records(kinds=("closed",)):
            if record.site == survey.store.site:
                raise SurveyClosed(f"{options.survey}: it was closed on {_minute(record.time)}")
    # A process of its own: the command line and the window know nothing of one another.
    status = subprocess.call(  # noqa: S603 - this very interpreter, and arguments that are no shell's
        [sys.executable, "-m", "medsr_viewer", "--rate", str(options.survey), "--observer", options.observer]
    )
    if status not in range(4):  # killed by a signal, or crashed: it has said nothing itself
        say(
            f"the rating window ended unexpectedly (status {status}): every answer that was saved is kept, and the "
            "same command goes on at the very image"
        )
    return DONE if status == 0 else SOME_FAILED


def _status(options: argparse.Namespace) -> int:
    with open_survey(options.survey) as survey:
        records = survey.store.records()
        observers, changes = status(records, survey.plan, survey.design), clock_changes(records)
    _print_status(observers)
    _tell_clock(options, changes)
    held = {"observers": [asdict(one) for one in observers], "clock_changes": [asdict(one) for one in changes]}
    _write_json(options, held)
    return DONE


def _close(options: argparse.Namespace) -> int:
    closed = close_survey(options.survey, read_passphrase(options.passphrase_file))
    for problem in closed.problems:
        say(f"{options.survey}: {problem}")
    _tell_clock(options, closed.clock_changes)
    done = (
        f"it was closed already, on {_minute(closed.closed_at)}; the allocation was written again"
        if closed.is_again
        else "closed and unblinded"
    )
    print(f"{options.survey}: {done}; the allocation is the one committed to: {closed.commitment}")
    _write_json(options, {**asdict(closed), "problems": list(closed.problems)})
    return SOME_FAILED if closed.problems else DONE


def _verify(options: argparse.Namespace) -> int:
    folder = SurveyFolder(options.survey)
    try:
        problems, changes = verify_folder(folder), _clock_changes(folder)
    except SurveyUnreachable as exc:
        say(line_of("it was not found out whether anything was altered", exc.reason, exc.advice))
        return NOT_FOUND_OUT
    for problem in problems:
        say(f"{options.survey}: {problem}")
    _tell_clock(options, changes)
    print(f"{options.survey}: " + (counted(len(problems), "problem") if problems else "nothing was altered"))
    held = {"problems": problems, "intact": not problems, "clock_changes": [asdict(one) for one in changes]}
    try:
        _write_json(options, held)
    except CannotWrite as exc:
        say(line_of(exc.title, exc.reason, exc.advice))
        return SOME_FAILED if problems else NOT_FOUND_OUT
    return SOME_FAILED if problems else DONE


def _report(options: argparse.Namespace) -> int:
    from medsr_viewer.workflows.survey_report import report_survey

    made = report_survey(options.survey, options.out, report=say)
    for path in made.files:
        print(path)
    _write_json(options, made.figures)
    for problem in made.problems:
        say(f"{options.survey}: {problem}")
    return SOME_FAILED if made.problems else DONE


def _withdraw(options: argparse.Namespace) -> int:
    with open_survey(options.survey) as survey:
        withdraw(survey.store, options.observer, erase=options.erase)
    print(
        f"{options.survey}: {options.observer} is out of the analysis" + (", answers erased" if options.erase else "")
    )
    return DONE


def _site(options: argparse.Namespace) -> int:
    copied = copy_for_site(SurveyFolder(options.survey), options.out, options.observers or 0)
    with open_survey(copied.path) as survey:
        prepared = len(survey.plan.sequences)
        block = block_of(survey.store.records(kinds=("site",)), survey.store.site, prepared)
    if block.first >= prepared:
        say("fewer orders than that are free: the other site's observers see those of others once more")
    print(
        f"{options.out}: the same survey for another site, for {counted(block.count, 'observer')};"
        " `medsr survey export` and `merge` bring its ratings back"
    )
    return DONE


def _restored(options: argparse.Namespace) -> int:
    with open_survey(options.survey) as survey:
        restored = survey.store.accept_restored()
    if restored is None:
        print(f"{options.survey}: nothing is missing; nothing was changed")
    else:
        print(f"{options.survey}: the survey goes on with the records that are there; what is missing is on record")
    return DONE


def _export(options: argparse.Namespace) -> int:
    made = export_bundle(options.survey, options.out)
    print(f"{options.out}: {counted(made.records, 'record')}; {end_in_words(made.site, made.end)}")
    return DONE


def _merge(options: argparse.Namespace) -> int:
    merged: dict[str, int] = {}
    older: dict[str, list[str]] = {}
    failed: dict[str, str] = {}
    for bundle in options.bundles:
        try:
            made = merge_bundle(options.survey, bundle)
        except MedsrError as exc:
            failed[str(bundle)] = exc.reason
            say(line_of(str(bundle), exc.reason, exc.advice))
            continue
        merged[str(bundle)] = made.new
        print(f"{bundle}: {counted(made.new, 'new record')}; {end_in_words(made.site, made.end)}")
        for line in made.older:
            say(line_of(str(bundle), line, "Nothing here was changed by that."))
            older.setdefault(str(bundle), []).append(line)
    conflicts = merged_conflicts(options.survey) if merged else []
    for conflict in conflicts:
        say(line_of(str(options.survey), conflict, "Make each site's folder by `medsr survey site`."))
    _write_json(options, {"merged": merged, "older": older, "failed": failed, "conflicts": conflicts})
    return SOME_FAILED if failed else DONE


ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {
        "new": _new,
        "check": _check,
        "simulate": _simulate,
        "example": _example,
        "rate": _rate,
        "status": _status,
        "close": _close,
        "verify": _verify,
        "report": _report,
        "withdraw": _withdraw,
        "site": _site,
        "restored": _restored,
        "export": _export,
        "merge": _merge,
    }
)
"""What `medsr survey` does, by its first argument."""


def _tell(findings: Sequence[Finding]) -> bool:
    """Name what the auditor found, each leak once; return whether one of them refuses that the survey is rated.

    Those that refuse come last, where they are read.
    """
    places: dict[tuple[str, str, str, str], list[str]] = {}
    for finding in sorted(findings, key=lambda one: one.severity == "refuse"):
        places.setdefault((finding.check, finding.leak, finding.severity, finding.advice), []).append(finding.where)
    for (check, leak, severity, advice), where in places.items():
        kind = "must be mended before it is rated" if severity == "refuse" else "warning"
        more = f" and {len(where) - 1} more" if len(where) > 1 else ""
        say(line_of(check, f"{leak} ({where[0]}{more}; {kind})", advice))
    return any(finding.severity == "refuse" for finding in findings)


def _clock_changes(folder: SurveyFolder) -> tuple[ClockChange, ...]:
    """Return where clocks were moved back; none where the survey cannot be opened, which `verify_folder` tells."""
    try:
        with folder.open() as store:
            return clock_changes_of(store)
    except SurveyUnreachable:
        raise
    except MedsrError:
        return ()


def _tell_clock(options: argparse.Namespace, changes: Sequence[ClockChange]) -> None:
    for change in changes:
        say(f"{options.survey}: {change.sentence}")


def _minute(time: str) -> str:
    """Return a record's time for people."""
    return f"{time[:10]} {time[11:16]} UTC"


def _print_status(observers: Sequence[ObserverStatus]) -> None:
    table = Table("observer", "site", "trials", "of", "training", "minutes", "last seen (UTC)", "state")
    for one in observers:
        seen = one.last_seen[:16].replace("T", " ")
        done = (str(one.done), str(one.total), one.training)
        table.add_row(one.observer, one.site, *done, f"{one.minutes:.1f}", seen, one.state)
    console().print(table)


def _write_json(options: argparse.Namespace, figures: Mapping[str, Any]) -> None:
    path: Path | None = options.json
    if path:
        write_whole(path, json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
