"""The `medsr-train` command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from medsr_viewer.errors import InputError, MedsrError
from trainer.recipe_file import load_recipe, shipped_recipes


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0 done, 1 failed, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        options.work(options)
    except MedsrError as exc:
        print(f"medsr-train: {exc.title}: {exc}. {exc.advice}", file=sys.stderr)
        return 2 if isinstance(exc, InputError) else 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("medsr-train", description="Train the networks that MedSR Viewer offers.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("recipes", help="list the recipes that ship").set_defaults(work=_recipes)
    run = commands.add_parser("run", help="train, or go on where the run folder's checkpoint stands")
    run.add_argument("recipe", help="name of a shipped recipe, or a TOML file")
    run.add_argument("--data", type=Path, nargs="+", required=True, help="folders with train/*.png and val/*.png")
    run.add_argument("--out", type=Path, help="run folder (default: runs/RECIPE)")
    run.add_argument("--vgg", type=Path, help="safetensors file with VGG-16's features")
    run.set_defaults(work=_run)
    publish = commands.add_parser("publish", help="write a run's best weights with their model card")
    publish.add_argument("run", type=Path, help="run folder")
    publish.add_argument("--name", required=True, help="method name in the viewer")
    publish.add_argument("--data", type=Path, nargs="+", required=True, help="the run's data folders, for attribution")
    publish.add_argument("--out", type=Path, required=True, help="folder for NAME-xSCALE.safetensors and .json")
    publish.add_argument(
        "--vgg", type=Path, help="safetensors file with VGG-16's features, for the perceptual distance"
    )
    publish.set_defaults(work=_publish)
    return parser


def _recipes(_: argparse.Namespace) -> None:
    for name in shipped_recipes():
        print(f"{name:20} {load_recipe(name).summary}")


def _run(options: argparse.Namespace) -> None:
    from trainer.loop import train

    recipe = load_recipe(options.recipe)
    train(recipe, options.data, options.out or Path("runs") / recipe.name, vgg_weights=options.vgg, report=_report)


def _publish(options: argparse.Namespace) -> None:
    from trainer.publish import publish

    print(publish(options.run, options.name, options.data, options.out, options.vgg))


def _report(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
