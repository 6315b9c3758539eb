"""`medsr models`: the methods, what they are and what they measured; `medsr models import`: one more."""

from __future__ import annotations

import argparse
import json
from typing import Any

from rich.table import Table

from medsr_viewer.cli.messages import line_of, say
from medsr_viewer.cli.terminal import console
from medsr_viewer.upscaling.blends import Blend
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.methods import Method


def run(options: argparse.Namespace) -> int:
    """List the methods; return the exit status."""
    known = catalogue()
    rows = [*(_describe(method) for method in known.methods), *(_describe_blend(blend) for blend in known.blends)]
    for problem in known.problems:
        say(line_of(problem.title, problem.reason, problem.advice))
    if options.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        console().print(_table(rows))
    return 1 if known.problems else 0


def run_import(options: argparse.Namespace) -> int:
    """Import a model; return the exit status."""
    from medsr_viewer.workflows.import_model import import_model

    card = import_model(options.path, options.name, options.scale, options.kind)
    print(f"{card.name} x{card.scale_factor}: {card.training['note']}")
    print(f"{card.architecture}, {card.parameters:,} parameters, listed as {card.kind}; {card.note}")
    print(card.path)
    return 0


def _describe(method: Method) -> dict[str, Any]:
    cards = method.cards
    first = next(iter(cards.values()), None)
    return {
        "name": method.name,
        "kind": method.kind,
        "network": first.architecture if first else None,
        "scale_factors": list(method.scale_factors),
        "parameters": {str(scale): card.parameters for scale, card in cards.items()},
        "sha256": {str(scale): card.sha256 for scale, card in cards.items()},
        "figures": {str(scale): dict(card.figures) for scale, card in cards.items()},
        "training": {str(scale): dict(card.training) for scale, card in cards.items()},
        "notes": {str(scale): card.note for scale, card in cards.items() if card.note},
    }


def _describe_blend(blend: Blend) -> dict[str, Any]:
    ends = {str(scale): tuple(card.name for card in pair) for scale, pair in sorted(blend.ends.items())}
    return {
        "name": blend.name,
        "kind": "blend",
        "network": next(iter(blend.ends.values()))[0].architecture,
        "scale_factors": list(blend.scale_factors),
        "parameters": {str(scale): pair[0].parameters for scale, pair in sorted(blend.ends.items())},
        "sha256": {},
        "figures": {},
        "training": {},
        "notes": {
            scale: f"{blend.name}:0 is {fidelity}, {blend.name}:1 is {sharpness}"
            for scale, (fidelity, sharpness) in ends.items()
        },
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(caption="Gains over bicubic are means over our validation images. Research use only.")
    for heading in ("Method", "Kind", "Network", "Scales", "Parameters", "PSNR gain", "Note"):
        table.add_column(heading)
    for row in rows:
        table.add_row(
            row["name"],
            row["kind"],
            row["network"] or "-",
            ", ".join(f"x{scale}" for scale in row["scale_factors"]),
            "\n".join(f"x{scale}: {count:,}" for scale, count in row["parameters"].items()) or "-",
            "\n".join(_gains(scale, figures) for scale, figures in row["figures"].items() if figures) or "-",
            "\n".join(f"x{scale}: {note}" for scale, note in row["notes"].items()),
        )
    return table


def _gains(scale: str, figures: dict[str, dict[str, float]]) -> str:
    return f"x{scale}: " + ", ".join(f"{folder} {values['gain_db']:+.2f} dB" for folder, values in figures.items())
