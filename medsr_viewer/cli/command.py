"""Arguments and exit status of the `medsr` command."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from medsr_viewer import __version__
from medsr_viewer.cli.messages import DONE, SOME_FAILED, WRONG_USAGE, line_of, say
from medsr_viewer.cli.positive import positive
from medsr_viewer.cli.survey_arguments import add_survey
from medsr_viewer.errors import DeviceUnavailable, MedsrError, UnknownMethod, WrongUsage
from medsr_viewer.upscaling.methods import SCALE_FACTORS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns
    -------
    int
        0 done, 1 some inputs failed (each named on standard error), 2 wrong usage.
    """
    options = _parser().parse_args(arguments)
    _accept_any_file_name()
    try:
        status: int = options.work(options)
        sys.stdout.flush()
    except (UnknownMethod, DeviceUnavailable, WrongUsage) as exc:
        say(line_of(exc.title, exc.reason, exc.advice))
        return WRONG_USAGE
    except MedsrError as exc:
        say(line_of(exc.title, exc.reason, exc.advice))
        return SOME_FAILED
    except KeyboardInterrupt:
        say("stopped")
        return SOME_FAILED
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough. The flush at exit must not fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return status


def _accept_any_file_name() -> None:
    """Let a name that the terminal cannot show be printed with escapes, rather than end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "medsr", description="Compare and upscale medical images, and have them rated. Research use only."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_compare(commands)
    _add_upscale(commands)
    _add_models(commands)
    add_survey(commands)
    doctor = commands.add_parser("doctor", help="versions, devices, decoders, what is missing and how to get it")
    doctor.set_defaults(work=_doctor)
    return parser


def _add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = commands.add_parser(
        "compare", help="degrade images, upscale them by each method, score the results against the originals"
    )
    _add_inputs(compare)
    compare.add_argument("--scale", type=int, choices=SCALE_FACTORS, default=4, metavar="N", help=_SCALE_HELP)
    compare.add_argument(
        "--method",
        action="append",
        dest="methods",
        metavar="NAME",
        help=f"may be repeated (default: every method, without blends); {_BLEND_HELP}",
    )
    compare.add_argument(
        "--range", choices=("full", "window"), default="full", help="score on all values, or on the first window's"
    )
    compare.add_argument("--json", type=Path, metavar="FILE", help="write the scores")
    compare.add_argument("--figure", type=Path, metavar="FILE.png", help="write a labelled figure (one image)")
    compare.add_argument("--arrays", type=Path, metavar="FILE.npz", help="write the arrays (one image)")
    compare.set_defaults(work=_compare)


def _add_upscale(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    upscale = commands.add_parser("upscale", help="upscale images and write them")
    _add_inputs(upscale)
    upscale.add_argument("--method", required=True, metavar="NAME", help=_BLEND_HELP)
    upscale.add_argument("--scale", type=int, choices=SCALE_FACTORS, required=True, metavar="N", help=_SCALE_HELP)
    upscale.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results")
    upscale.add_argument("--format", choices=("png", "npz"), default="png", help="16-bit PNG or NumPy (default: png)")
    upscale.set_defaults(work=_upscale)


def _add_models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    models = commands.add_parser("models", help="list the methods, or import one")
    models.add_argument("--json", action="store_true", help="as JSON, on standard output")
    models.set_defaults(work=_models)
    importing = models.add_subparsers(metavar="import").add_parser(
        "import", help="add weights that another program trained (safetensors, .pth) to the methods"
    )
    importing.add_argument("path", type=Path, metavar="FILE")
    importing.add_argument("--name", required=True, help="of the method")
    importing.add_argument(
        "--scale", type=int, choices=SCALE_FACTORS, metavar="N", help="where the weights do not tell it: " + _SCALE_HELP
    )
    importing.add_argument("--kind", choices=("psnr", "gan"), help="trained for fidelity, or adversarially")
    importing.set_defaults(work=_import_model)


_SCALE_HELP = "2, 3, 4 or 8"
_BLEND_HELP = "of a blend with its sharpness from 0 to 1: fmen-blend:0.4"


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="image files, folders, zips, DICOMDIRs")
    parser.add_argument("--frame", type=positive, default=1, metavar="N", help="frame of each file, from 1")
    parser.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda, cuda:0, mps (default: auto)")
    parser.add_argument(
        "--precision", choices=("fp32", "bf16"), default="fp32", help="bf16 is faster and less exact (default: fp32)"
    )


def _compare(options: argparse.Namespace) -> int:
    from medsr_viewer.cli.compare import run

    return run(options)


def _upscale(options: argparse.Namespace) -> int:
    from medsr_viewer.cli.upscale import run

    return run(options)


def _models(options: argparse.Namespace) -> int:
    from medsr_viewer.cli.models import run

    return run(options)


def _import_model(options: argparse.Namespace) -> int:
    from medsr_viewer.cli.models import run_import

    return run_import(options)


def _doctor(options: argparse.Namespace) -> int:
    from medsr_viewer.cli.doctor import run

    return run(options)
