"""The report of a run as one page of HTML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from medsr_viewer.whole_files import write_whole
from trainer.drawing import Plot
from trainer.log_columns import column_of
from trainer.pages import RESEARCH_USE, data_uri, document, header, shown_plot
from trainer.run_report.curves import draw_curves
from trainer.run_report.history import History, read_history

REPORT = "report.html"
_FIGURES = {
    "psnr_db": ("PSNR dB", "{:.2f}"),
    "gain_db": ("over bicubic dB", "{:+.2f}"),
    "ssim": ("SSIM", "{:.4f}"),
    "perceptual_distance": ("VGG distance", "{:.3f}"),
}
_IMAGES = {False: "validation", True: "training images"}
"""Whose figures they are, by whether they are training images."""


def write_report(run: Path, path: Path | None = None) -> Path:
    """Write the report of a run.

    Parameters
    ----------
    run : Path
        Its folder.
    path : Path, optional
        The page; ``report.html`` in the run folder where it is left out.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ModelError
        If it is not a run folder.
    MissingExtra
        If matplotlib is not installed.
    CannotWrite
        If the file cannot be written.
    """
    history, path = read_history(run), path or run / REPORT
    write_whole(path, page(history, draw_curves(history)))
    return path


def page(history: History, plots: Sequence[Plot]) -> str:
    """Return the page's HTML."""
    recipe = history.recipe
    body = [
        header(f"Training run: {recipe['name']}", recipe["summary"]),
        "<main>",
        '<nav><a href="#stands">Where it stands</a><a href="#curves">Curves</a><a href="#samples">Pictures</a>'
        '<a href="#recipe">Recipe</a></nav>',
        '<h2 id="stands">Where it stands</h2>',
        _facts(_progress(history)),
        _figures(history),
        '<h2 id="curves">Curves</h2>',
        *map(shown_plot, plots),
        '<h2 id="samples">Pictures</h2>',
        *_samples(history),
        '<h2 id="recipe">Recipe</h2>',
        _facts(_about(recipe)),
        f"<details><summary>The whole recipe</summary><pre>{escape(json.dumps(recipe, indent=2))}</pre></details>",
        f"<footer>{RESEARCH_USE}</footer>",
        "</main>",
    ]
    return document(f"Training run: {recipe['name']}", body)


def _progress(history: History) -> dict[str, str]:
    last, best, total = history.rows[-1], history.best, history.recipe["optimiser"]["steps"]
    selection = history.recipe["validation"]["selection"].replace("_", " ")
    chosen = "the last ones" if selection == "last" else f"selected by {selection}"
    state = "finished" if history.is_finished else "as it was at the last validation"
    return {
        "step": f"{last['step']:,.0f} of {total:,} ({last['step'] / max(1, total):.0%}), {state}",
        "epoch": f"{last['epoch']:,.1f}",
        "time": f"{last.get('seconds', 0) / 3600:.2f} h",
        "best step": f"{best['step']:,.0f} (epoch {best['epoch']:,.1f}), {chosen}",
        "since then": "; ".join(_since_best(history)) or "-",
    }


def _since_best(history: History) -> Iterable[str]:
    """Say how validation and training moved after the best step: apart, where the network overfits."""
    last, best = history.rows[-1], history.best
    if last is best:
        return
    for folder in history.folders:
        moved = [
            f"{name} {last[key] - best[key]:+.2f} dB"
            for training, name in _IMAGES.items()
            if (key := column_of(folder, "psnr_db", training=training)) in last and key in best
        ]
        if moved:
            yield f"{folder}: {', '.join(moved)}"


def _figures(history: History) -> str:
    shown = {"at the start": history.rows[0], "best": history.best, "last": history.rows[-1]}
    if shown["last"] is shown["best"]:
        del shown["last"]
    head = "".join(f"<th>{title}</th>" for title, _ in _FIGURES.values())
    lines = []
    for folder in history.folders:
        for training, images in _IMAGES.items():
            for name, row in shown.items():
                cells = [
                    write.format(row[key]) if (key := column_of(folder, figure, training=training)) in row else "-"
                    for figure, (_, write) in _FIGURES.items()
                ]
                if set(cells) != {"-"}:
                    label = f"{folder}, {images}: {name} (step {row['step']:,.0f})"
                    lines.append(f"<tr><td>{escape(label)}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    return f'<div class="scroll"><table><tr><th>images and weights</th>{head}</tr>{"".join(lines)}</table></div>'


def _samples(history: History) -> list[str]:
    parts = []
    for name, row in {"Best weights": history.best, "Last weights": history.rows[-1]}.items():
        path = history.sample(row["step"])
        if path is not None and not (name == "Last weights" and row is history.best):
            caption = f"{name}, step {row['step']:,.0f}: validation images, each cut to its middle."
            parts.append(
                f'<figure><img src="{data_uri(path.read_bytes())}" alt="{escape(caption)}">'
                f"<figcaption>{escape(caption)}</figcaption></figure>"
            )
    return parts or ["<p>No sample pictures were drawn.</p>"]


def _about(recipe: dict[str, Any]) -> dict[str, str]:
    network, data, loss, optimiser = (recipe[part] for part in ("network", "data", "loss", "optimiser"))
    terms = {key.removesuffix("_weight"): value for key, value in loss.items() if key.endswith("_weight") and value}
    named = {"pixel": loss["pixel"], "content": loss["content_backbone"], "adversarial": loss["adversarial"]}
    losses = (f"{weight:g} x {term}" + (f" ({named[term]})" if term in named else "") for term, weight in terms.items())
    about = {
        "network": f"{network['architecture']} x{network['scale_factor']} {network['options'] or ''}".strip(),
        "began with": network["warm_start"] or "random weights",
        "losses": ", ".join(losses),
        "optimiser": f"{optimiser['kind']}, rate {optimiser['rate']:g}, {optimiser['schedule']}",
        "patches": f"{data['batch']} a step, {data['patch']} x {data['patch']} degraded pixels each",
        "precision": recipe["precision"],
        "seed": str(recipe["seed"]),
        "paper": recipe.get("paper", ""),
        "published": recipe.get("published", ""),
        "differs": " ".join(recipe.get("differs", "").split()),
    }
    return {name: text for name, text in about.items() if text}


def _facts(facts: dict[str, str]) -> str:
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in facts.items())
    return f'<table class="facts">{rows}</table>'
