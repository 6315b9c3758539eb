"""`medsr-train evaluate`: methods and models side by side on a folder of images."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from medsr_viewer.errors import InputError
from trainer.arguments import whole_number
from trainer.recipe import DegradationRecipe, Kernel
from trainer.tolerance import LEFT_OUT

if TYPE_CHECKING:
    from medsr_viewer.upscaling.methods import Method
    from trainer.evaluation.measuring import Plan, Progress, Row
    from trainer.images import Report, TrainingImage

WORST = 3


def add_evaluate_command(commands: Any) -> None:
    """Add the command to a parser's subcommands."""
    command = commands.add_parser("evaluate", help="measure methods and models on images, with intervals and tests")
    command.add_argument("--data", type=Path, nargs="+", required=True, help="folders with the split, or manifests")
    command.add_argument("--split", default="val", help="subfolder of the images (default: val)")
    command.add_argument("--scale", type=whole_number(2), default=4, help="scale factor (default: 4)")
    command.add_argument("--methods", nargs="+", metavar="NAME", help="methods of the viewer (default: all)")
    command.add_argument("--models", type=Path, nargs="+", default=[], metavar="CARD", help="model cards (JSON files)")
    command.add_argument("--baseline", default="bicubic", help="method that is tested against (default: bicubic)")
    command.add_argument("--vgg", type=Path, help="safetensors file with VGG-16's features")
    command.add_argument(
        "--degradation",
        choices=get_args(Kernel),
        default="bicubic",
        help="kernel that the images are reduced by, for all methods (default: bicubic, antialiased)",
    )
    command.add_argument(
        "--set5",
        action="store_true",
        help="measure as the tables for Set5 do: BT.601 luma of colour, a border of scale pixels cropped, 8-bit images",
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write all that was found")
    command.add_argument("--csv", type=Path, metavar="FILE", help="write a row for each method and image")
    command.add_argument("--html", type=Path, metavar="FILE", help="write a page with tables, plots and worst cases")
    command.add_argument(
        "--worst",
        type=whole_number(0),
        default=WORST,
        metavar="N",
        help=f"worst cases a method on the page (default: {WORST})",
    )
    spread = command.add_mutually_exclusive_group()
    spread.add_argument(
        "--workers", type=whole_number(1), metavar="N", help="spread over N processes (needs the extra cluster)"
    )
    spread.add_argument("--cluster", metavar="ADDRESS", help="spread over the workers of a Dask scheduler")
    command.set_defaults(work=_evaluate)


def _evaluate(options: argparse.Namespace) -> int:
    from trainer.evaluation.measuring import Plan
    from trainer.evaluation.modalities import radiograph_folders
    from trainer.evaluation.protocol import Protocol
    from trainer.evaluation.report import evaluation_of
    from trainer.evaluation.result_files import write_csv, write_json
    from trainer.evaluation.table import print_tables

    _check(options)
    plan = Plan(
        methods=tuple(_methods(options)),
        scale_factor=options.scale,
        vgg=options.vgg,
        protocol=Protocol.set5(options.scale) if options.set5 else Protocol(),
        radiographs=radiograph_folders(options.data),
        degradation=DegradationRecipe(kernel=options.degradation),
    )
    left_out: list[str] = []

    def report(line: str) -> None:
        print(line, file=sys.stderr)
        if line.startswith(LEFT_OUT):
            left_out.append(line.removeprefix(LEFT_OUT))

    images = _images(options, report)
    rows, processes = _rows(options, plan, images, report)
    evaluation = evaluation_of(plan, options.data, options.split, options.baseline, rows, left_out, processes)
    print_tables(evaluation)
    if options.json:
        write_json(options.json, evaluation)
    if options.csv:
        write_csv(options.csv, evaluation)
    if options.html:
        from trainer.evaluation.page import write_page
        from trainer.evaluation.worst_cases import worst_cases

        write_page(options.html, evaluation, worst_cases(plan, images, rows, options.worst))
    return 0


def _check(options: argparse.Namespace) -> None:
    """Refuse before hours of measuring what would fail after them.

    Raises
    ------
    MissingExtra
        If a package is missing that an option needs.
    CannotWrite
        If a file that is asked for could not be written.
    """
    from trainer.evaluation.result_files import check_writable

    if options.html:
        from trainer.drawing import require_matplotlib

        require_matplotlib()
    for path in filter(None, (options.json, options.csv, options.html)):
        check_writable(path)


def _methods(options: argparse.Namespace) -> list[Method]:
    """Return the named methods and models, the baseline first."""
    from medsr_viewer.models.cards import read_card
    from medsr_viewer.upscaling.catalogue import catalogue
    from medsr_viewer.upscaling.methods import Method

    known = catalogue()
    names = (
        options.methods or [] if options.models else options.methods or [m.name for m in known.at_scale(options.scale)]
    )
    methods = {name: known.find(name, options.scale) for name in names}
    for path in options.models:
        if not path.is_file():
            raise InputError(f"{path}: no such model card", "Name the .json file that `medsr-train publish` wrote.")
    for card in map(read_card, options.models):
        if card.scale_factor != options.scale:
            raise InputError(f"{card.name} is for x{card.scale_factor}, not x{options.scale}", "Say --scale.")
        methods[card.name] = Method(card.name, card.kind, {card.scale_factor: card})
    if options.baseline not in methods:
        methods = {options.baseline: known.find(options.baseline, options.scale), **methods}
    return list(methods.values())


def _images(options: argparse.Namespace, report: Report) -> list[TrainingImage]:
    from trainer.evaluation.protocol import load_luma
    from trainer.images import load_images

    read = load_luma if options.set5 else load_images
    return read(options.data, options.split, report=report)


def _rows(
    options: argparse.Namespace, plan: Plan, images: list[TrainingImage], report: Report
) -> tuple[list[Row], int]:
    """Return the rows, and how many processes shared the work."""
    from trainer.evaluation.measuring import measure

    with _progress(len(images)) as progress:
        if not options.workers and not options.cluster:
            return measure(plan, images, report, progress), 1
        from trainer.evaluation.spreading import cluster_at, local_workers, measure_spread

        with cluster_at(options.cluster) if options.cluster else local_workers(options.workers) as client:
            return measure_spread(plan, images, client, report, progress), len(client.nthreads())


@contextmanager
def _progress(count: int) -> Iterator[Progress]:
    """Show a bar on a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(disable=not Console().is_terminal, transient=True) as bar:
        task = bar.add_task("images", total=count)

        def show(done: int, _count: int) -> None:
            bar.update(task, completed=done)

        yield show
