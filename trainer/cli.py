"""The `medsr-train` command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from medsr_viewer.errors import InputError, MedsrError, UnknownMethod
from medsr_viewer.models.cards import ORIENTATIONS
from trainer.arguments import whole_number
from trainer.evaluation.command import add_evaluate_command
from trainer.prepare.command import add_prepare_command
from trainer.recipe_file import load_recipe, read_values, recipe_path, shipped_recipes
from trainer.run_report.command import add_report_command
from trainer.unread_keys import unread_keys

STOPPED = 130
"""Exit status of a run that was stopped and can go on: a script's next command should not start."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl+C or SIGTERM."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.work(options)
    except KeyboardInterrupt:
        return STOPPED
    except MedsrError as exc:
        print(f"medsr-train: {exc.title}: {exc}. {exc.advice}", file=sys.stderr)
        return 2 if isinstance(exc, InputError) else 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("medsr-train", description="Train the networks that MedSR Viewer offers.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    recipes = commands.add_parser("recipes", help="list the recipes that ship, or print one")
    recipes.add_argument("name", nargs="?", help="check this recipe and print its TOML file, to copy and change")
    recipes.add_argument("--markdown", action="store_true", help="a table of all, with the published figures and ours")
    recipes.add_argument(
        "--runs",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="run or model folders that the table's figures come from",
    )
    recipes.set_defaults(work=_recipes)
    run = commands.add_parser("run", help="train, or go on where the run folder's checkpoint stands")
    run.add_argument("recipe", help="name of a shipped recipe, or a TOML file")
    run.add_argument(
        "--data", type=Path, nargs="+", required=True, help="folders with train/ and val/, or manifest CSV files"
    )
    run.add_argument("--out", type=Path, help="run folder (default: runs/RECIPE)")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="replace a value of the recipe, as optimiser.steps=300",
    )
    run.add_argument("--vgg", type=Path, help="safetensors file with VGG-16's features")
    run.add_argument("--content", type=Path, help="file with the weights of the recipe's content backbone")
    run.add_argument(
        "--workers", type=whole_number(0), metavar="N", help="processes that prepare batches (default: by the machine)"
    )
    run.add_argument("--publish", metavar="NAME", help="when the run is finished, publish it as `publish` does")
    run.add_argument("--models-out", type=Path, help="folder for what is published (default: the viewer's own)")
    _add_how_to_publish(run)
    run.set_defaults(work=_run)
    publish = commands.add_parser("publish", help="write a run's best weights with their model card")
    publish.add_argument("run", type=Path, help="run folder")
    publish.add_argument("--name", required=True, help="method name in the viewer")
    publish.add_argument("--data", type=Path, nargs="+", required=True, help="the run's data folders, for attribution")
    publish.add_argument("--out", type=Path, help="folder for the weights and their card (default: the viewer's own)")
    publish.add_argument(
        "--vgg", type=Path, help="safetensors file with VGG-16's features, for the perceptual distance"
    )
    _add_how_to_publish(publish)
    publish.set_defaults(work=_publish)
    average = commands.add_parser("average", help="write the mean of several runs' best weights as a run")
    average.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="run folders of one network")
    average.add_argument("--out", type=Path, required=True, help="new run folder, to be published or trained on")
    average.add_argument("--last", action="store_true", help="of the weights at the runs' ends, not of their best ones")
    average.set_defaults(work=_average)
    add_prepare_command(commands)
    add_evaluate_command(commands)
    add_report_command(commands)
    return parser


def _add_how_to_publish(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--orientations",
        type=int,
        choices=ORIENTATIONS,
        default=1,
        help="8: the viewer takes the mean over the image's turns and flips; better, in eight times the time",
    )
    parser.add_argument(
        "--modality",
        nargs="+",
        default=(),
        metavar="CT",
        help="of training images whose manifest does not say it (default: not known, but for folders named xray)",
    )
    parser.add_argument(
        "--replace", action="store_true", help="let the weights take the place of a method that ships with the viewer"
    )


def _average(options: argparse.Namespace) -> int:
    from trainer.averaging import average_runs

    average_runs(options.runs, options.out, last=options.last)
    print(options.out)
    return 0


def _recipes(options: argparse.Namespace) -> int:
    if options.name:
        values = read_values(options.name)
        print(recipe_path(options.name).read_text(encoding="utf-8"), end="")
        for line in unread_keys(load_recipe(options.name), values):
            print(f"Warning: {line}", file=sys.stderr)
        return 0
    if options.markdown:
        from trainer.recipe_table import recipes_table

        print(recipes_table(options.runs), end="")
        return 0
    recipes = [load_recipe(name) for name in shipped_recipes()]
    width = max(len(recipe.name) for recipe in recipes)
    for recipe in recipes:
        print(f"{recipe.name:{width}}  {recipe.summary}")
    return 0


def _run(options: argparse.Namespace) -> int:
    from rich.console import Console

    from trainer.loop import train
    from trainer.runnable import load_for_run

    recipe = load_for_run(options.recipe, options.set)
    if options.publish is not None:
        _check_name(options.publish, options.models_out, options.replace)  # now, not after hours
    elif options.models_out:
        raise InputError("--models-out without --publish", "Say --publish NAME, too.")
    run = options.out or Path("runs") / recipe.name
    console = Console()

    def report(line: str) -> None:
        # Through the console, above its progress bar; plain text is neither wrapped nor coloured.
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    is_first = os.environ.get("RANK", "0") == "0"  # torchrun's: one process tells and publishes
    for line in unread_keys(recipe, read_values(options.recipe, options.set)) if is_first else ():
        report(f"Warning: {line}")
    finished = train(
        recipe,
        options.data,
        run,
        vgg_weights=options.vgg,
        content_weights=options.content,
        workers=options.workers,
        report=report,
        console=console,
    )
    if not finished:
        return STOPPED
    if options.publish is not None and is_first:
        _publish_run(options, run, options.publish, options.models_out)
    return 0


def _publish(options: argparse.Namespace) -> int:
    _publish_run(options, options.run, options.name, options.out)
    return 0


def _check_name(name: str, out: Path | None, may_replace: bool) -> None:
    """Refuse what is no name for a method, and what would hide a method that ships: nobody would see it happen."""
    from medsr_viewer.models.cards import find_cards
    from medsr_viewer.settings import model_folders
    from medsr_viewer.upscaling.methods import check_name

    check_name(name)
    shipped, users = model_folders()
    is_offered = out is None or out.resolve() == users.resolve()
    if is_offered and not may_replace and any(card.name == name for card in find_cards([shipped])[0]):
        raise UnknownMethod(
            f"{name} ships with the viewer, and these weights would be offered in its place",
            "Choose another name, or say --replace if that is what you want.",
        )


def _publish_run(options: argparse.Namespace, run: Path, name: str, out: Path | None) -> None:
    from rich.console import Console

    from medsr_viewer.models.cards import read_card
    from medsr_viewer.settings import model_folders
    from trainer.publish import publish
    from trainer.publish_summary import print_summary

    _check_name(name, out, options.replace)
    users = model_folders()[-1]
    how = {"orientations": options.orientations, "modalities": options.modality}
    card = publish(run, name, options.data, out or users, options.vgg, **how)
    print_summary(read_card(card), Console())
    if out in (None, users):
        print(f"The viewer offers {name} at its next start, or after Help > Models > Rescan.")
    print(card)


if __name__ == "__main__":
    STATUS = main()
    if "TORCHELASTIC_RUN_ID" in os.environ:
        # All files are written. Tearing gloo's threads down at the interpreter's end now and then aborts the process.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(STATUS)
    sys.exit(STATUS)
