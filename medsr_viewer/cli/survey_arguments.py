"""Arguments of `medsr survey`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from medsr_viewer.cli.positive import positive
from medsr_viewer.upscaling.methods import SCALE_FACTORS

Commands = argparse._SubParsersAction  # what add_subparsers returns: argparse gives it no public name

_PROTOCOLS = ("acr", "dsis", "queens", "pairs", "vgc", "roc")


def add_survey(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add `survey` and its own commands."""
    survey = commands.add_parser(
        "survey",
        help="blind reader surveys: set up, check, rate, close, verify, report",
        description="Blind reader surveys, from design to report. `medsr survey ACTION --help` says more.",
        epilog=_STATUS,
    )
    actions = survey.add_subparsers(required=True, metavar="ACTION")
    _add_new(actions)
    _add_simulate(actions)
    _add_example(actions)
    check = _add(actions, "check", "run the blinding auditor: refuse what could tell the methods apart")
    rate = _add(actions, "rate", "open the rating window")
    rate.add_argument("--observer", required=True, metavar="NAME", help="pseudonym, such as R01")
    status = _add(actions, "status", "how far each observer is; nothing that would unblind")
    close = _add(actions, "close", "end the rating and unblind")
    _add_passphrase(close)
    verify = _add(actions, "verify", "check that nothing was altered; exit status 1 where something was")
    verify.epilog = _STATUS.removesuffix(".") + _STATUS_OF_VERIFY
    report = _add(actions, "report", "analyse a closed survey: HTML, PDF, CSV, JSON")
    report.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the report")
    withdraw = _add(actions, "withdraw", "take an observer who withdrew consent out of the analysis")
    withdraw.add_argument("--observer", required=True, metavar="NAME")
    withdraw.add_argument("--erase", action="store_true", help="and erase what they answered")
    site = _add(actions, "site", "make the folder in which another site rates the same survey (a plain copy is none)")
    site.add_argument("--out", type=Path, required=True, metavar="DIR", help="new folder")
    site.add_argument(
        "--observers",
        type=positive,
        metavar="N",
        help="so many of the prepared orders are the other site's from now on (default: half of those left here)",
    )
    _add(
        actions,
        "restored",
        "go on after survey.sqlite was put back from an older backup: until this is said, nothing more is recorded,"
        " so that no answer is lost unnoticed; what is missing is then on record, and every report says so",
    )
    export = _add(actions, "export", "write the records as a bundle for another site: no images, no patient data")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.zip")
    merge = _add(actions, "merge", "take in bundles from other sites of the same survey")
    merge.add_argument("bundles", type=Path, nargs="+", metavar="BUNDLE.zip")
    for parser in (check, status, close, verify, report, merge):
        _add_json(parser)


def _add_new(actions: Commands[argparse.ArgumentParser]) -> None:
    new = _add(actions, "new", "make a survey: compute and store the stimuli, draw and seal the allocation")
    new.add_argument("--design", type=Path, metavar="FILE.toml", help="a written design, in place of the options below")
    new.add_argument("--case", type=Path, action="append", dest="cases", metavar="PATH", help=_CASE_HELP)
    new.add_argument("--condition", action="append", dest="conditions", metavar="METHOD[@N]", help=_CONDITION_HELP)
    new.add_argument("--images", action="append", metavar="NAME=DIR", help="a condition of images enhanced elsewhere")
    new.add_argument("--scale", type=int, choices=SCALE_FACTORS, metavar="N", help="2, 3, 4 or 8")
    new.add_argument("--protocol", choices=_PROTOCOLS, help="default: acr")
    new.add_argument("--mode", choices=("test", "enhance"), help="test (default): degrade the cases, then upscale them")
    new.add_argument("--training-case", type=Path, action="append", dest="training_cases", metavar="PATH")
    new.add_argument(
        "--finding",
        action="append",
        dest="findings",
        metavar="CASE=present|absent",
        help="protocol roc: the truth of a case, named by its file; may be repeated",
    )
    new.add_argument("--findings", type=Path, dest="findings_file", metavar="FILE.csv", help=_FINDINGS_HELP)
    new.add_argument("--anchor", metavar="METHOD[@N]", help="a low anchor, such as nearest")
    new.add_argument("--no-hidden-reference", action="store_true", help="leave out the hidden reference")
    new.add_argument("--title", metavar="TEXT", help="observers see it: it must name no method")
    new.add_argument("--observers", type=positive, metavar="N", help="sequences to prepare (default: 24)")
    new.add_argument("--repeat-share", type=float, metavar="X", help="share of trials shown again, 0 to 1")
    new.add_argument("--attention-checks", type=int, metavar="N", help="trials that ask for a given answer")
    new.add_argument("--seed", type=int, metavar="S", help="of all random choices; kept in the sealed allocation")
    new.add_argument("--store", metavar="URL", help="a PostgreSQL that several workstations share; default: SQLite")
    new.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda, cuda:0, mps (default: auto)")
    _add_passphrase(new)
    _add_json(new)


def _add_simulate(actions: Commands[argparse.ArgumentParser]) -> None:
    simulate = _add(actions, "simulate", "let simulated observers rate it, to try the whole chain")
    simulate.add_argument("--observers", type=positive, required=True, metavar="N")
    simulate.add_argument("--seed", type=int, default=0, metavar="S")
    simulate.add_argument(
        "--truth",
        type=Path,
        metavar="FILE",
        help="true figures of all conditions (MOS; AUC of protocol roc; scale values of pairs): taken from the file"
        " where it exists, else written to it",
    )
    simulate.add_argument(
        "--rankers", type=_share, default=0.0, metavar="X", help="share of observers who take 1 for the best, 0 to 1"
    )
    _add_json(simulate)


def _add_example(actions: Commands[argparse.ArgumentParser]) -> None:
    example = _add(
        actions,
        "example",
        "make a finished survey to look at: the published one of 68 observers, simulated, closed and reported",
    )
    example.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the report")
    example.add_argument(
        "--seed",
        type=int,
        metavar="S",
        help="of the simulated people and cases (default: of eleven, the nearest to the published scores)",
    )
    _add_json(example)


def _add(actions: Commands[argparse.ArgumentParser], name: str, text: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=_STATUS)
    parser.add_argument("survey", type=Path, metavar="STUDY", help="the survey's folder")
    parser.set_defaults(work=_work(name))
    return parser


def _work(name: str) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        from medsr_viewer.cli.survey import ACTIONS

        return ACTIONS[name](options)

    return run


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file", type=Path, required=True, metavar="F", help="its first line seals the allocation"
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found")


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


_STATUS = (
    "Exit status: 0 done; 1 it failed, or the survey was altered or is not blind (each named on standard error);"
    " 2 wrong usage."
)
_STATUS_OF_VERIFY = "; 3 it could not be found out (a locked database, say), or what was found could not be written."
_FINDINGS_HELP = "the same for many cases: two columns, the case's file and present or absent"
_CONDITION_HELP = "method, at scale N where that is not --scale's: fmen@2; may be repeated"
_CASE_HELP = "image file, or folder of image files; may be repeated"
