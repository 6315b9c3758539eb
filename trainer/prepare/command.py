"""`medsr-train prepare`: its arguments, its progress bar, and what it says at the end."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from trainer.arguments import whole_number
from trainer.prepare.options import PrepareOptions

_REASONS = 12

DESCRIPTION = """\
Make a data folder for training out of DICOM studies and raster images: 16-bit PNG in train/, val/ and test/, split by
patient, and a manifest. No header is copied: patients appear as salted keys alone. Text that is burned into the pixels
is NOT removed; images that say so, secondary captures and screen shots are left out. The folder OUT-private, made
beside it, holds the salt and the files' paths: keep it, and do not hand it on."""


def add_prepare_command(subparsers: Any) -> None:
    """Add the command to `medsr-train`; its `work` takes the parsed options.

    Parameters
    ----------
    subparsers : argparse's action
        What ``ArgumentParser.add_subparsers`` returned.
    """
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "prepare",
        help="make a data folder out of DICOM studies and raster images",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default = PrepareOptions()
    parser.add_argument("sources", metavar="SRC", type=Path, nargs="+", help="files, folders, zips, DICOMDIRs")
    parser.add_argument("--out", type=Path, required=True, help="the data folder; made, or added to")
    parser.add_argument("--jobs", type=whole_number(1), default=1, metavar="N", help="processes (default: 1)")
    _add_split(parser, default)
    _add_choice(parser, default)
    about = parser.add_argument_group("what the manifest and the model cards say")
    about.add_argument("--source", default="", help="where the images come from (default: the folder's name)")
    about.add_argument("--licence", default="")
    about.add_argument("--attribution", default="")
    about.add_argument("--raster-modality", default="", metavar="DX", help="of files that do not say it")
    parser.set_defaults(work=_work)


def _add_split(parser: argparse.ArgumentParser, default: PrepareOptions) -> None:
    split = parser.add_argument_group("split")
    split.add_argument(
        "--split", choices=("patient", "random"), default=default.split,
        help="by patient, or image by image as the papers did, which leaks (default: %(default)s)",
    )  # fmt: skip
    split.add_argument(
        "--shares", type=float, nargs=3, default=default.shares, metavar=("TRAIN", "VAL", "TEST"),
        help="default: 0.8 0.1 0.1",
    )  # fmt: skip
    split.add_argument("--seed", type=int, default=default.seed, help="another seed is another split, another draw")
    split.add_argument(
        "--patient-by", choices=("id", "study", "file"), default=default.patient_by,
        help="what tells patients apart (default: Patient ID; where it is empty the study, else the file)",
    )  # fmt: skip
    split.add_argument(
        "--patient-pattern", default="", metavar="REGEX",
        help="the patient in a raster file's name, as its first group: '^([0-9]+)_' for NIH ChestX-ray",
    )  # fmt: skip


def _add_choice(parser: argparse.ArgumentParser, default: PrepareOptions) -> None:
    choice = parser.add_argument_group("which images, and how")
    choice.add_argument("--modality", dest="modalities", nargs="+", default=(), metavar="CT", help="keep these alone")
    choice.add_argument("--stride", type=int, default=1, metavar="N", help="every Nth slice of a series")
    choice.add_argument(
        "--min-side", type=int, default=default.min_side, metavar="PIXELS",
        help="of the shorter side (default: %(default)s)",
    )  # fmt: skip
    choice.add_argument(
        "--detail", action="store_true", help="keep images whose detail score is above the set's mean (Beallor et al.)"
    )
    choice.add_argument(
        "--draw", type=int, nargs="+", default=(), metavar="N",
        help="so many of what is left at random; three numbers: so many for train, val and test, in place of --shares",
    )  # fmt: skip
    choice.add_argument("--resize", type=int, nargs=2, default=(), metavar=("ROWS", "COLUMNS"))
    choice.add_argument("--keep-localisers", action="store_true")
    choice.add_argument(
        "--keep-captures", action="store_true", help="secondary captures, screen shots, burned-in annotations"
    )
    choice.add_argument(
        "--keep-zero-filling", action="store_true", help="leave MR as large as the scanner interpolated it"
    )


def _work(arguments: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from trainer.prepare.run import prepare

    options = _options(arguments)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        prepared = prepare(arguments.sources, arguments.out, options, jobs=arguments.jobs, progress=show)
    for split, images in prepared.images.items():
        print(f"{split:6} {images:7,} images of {prepared.patients[split]:,} patients")
    print(f"{prepared.new:,} of them new; {sum(prepared.skipped.values()):,} skipped: {prepared.skipped_list}")
    for reason, count in list(prepared.skipped.items())[:_REASONS]:
        print(f"{count:9,}  {reason}")
    for warning in prepared.warnings:
        print(f"Warning: {warning}.")
    return 0


def _options(arguments: argparse.Namespace) -> PrepareOptions:
    names = (
        "split", "seed", "patient_by", "patient_pattern", "stride", "min_side", "detail", "keep_localisers",
        "keep_captures", "keep_zero_filling", "raster_modality", "licence", "attribution",
    )  # fmt: skip
    return PrepareOptions(
        **{name: getattr(arguments, name) for name in names},
        source=arguments.source or arguments.out.resolve().name,
        shares=tuple(arguments.shares),
        resize=tuple(arguments.resize),
        draw=tuple(arguments.draw),
        modalities=tuple(arguments.modalities),
    )
