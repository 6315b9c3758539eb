"""The evaluation as one page of HTML: no script, no network, pictures within."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from medsr_viewer.whole_files import write_whole
from trainer.drawing import Plot
from trainer.evaluation.columns import COLUMNS
from trainer.evaluation.page_tables import facts_table, figures_table, methods_table
from trainer.evaluation.plots import draw_plots
from trainer.evaluation.report import Evaluation
from trainer.evaluation.worst_cases import WorstCase, shown_name
from trainer.pages import RESEARCH_USE, data_uri, document, header, items, shown_plot

_STATISTICS = (
    "Under each mean stand its 95 % interval (percentile bootstrap over images, 2,000 resamples) and p, the two-sided "
    "Wilcoxon signed-rank test of the same images against {baseline}, corrected by Holm for the methods in the table; "
    "a dash where fewer than six images differ. Both take images as independent, which images of one patient are not: "
    "with several a patient, intervals are too narrow and p too small."
)
_SAID_OF_A_CASE = ("psnr_db", "gain_db", "improvement", "hallucination")


def write_page(path: Path, evaluation: Evaluation, cases: Sequence[WorstCase]) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
        The file.
    evaluation : Evaluation
        What was found.
    cases : sequence of WorstCase
        Grouped by method.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    CannotWrite
        If the file cannot be written.
    """
    write_whole(path, page(evaluation, draw_plots(evaluation), cases))


def page(evaluation: Evaluation, plots: Sequence[Plot], cases: Sequence[WorstCase]) -> str:
    """Return the page's HTML."""
    title = f"Evaluation: {', '.join(evaluation.data)} at x{evaluation.scale_factor}"
    parts = [
        _header(title, evaluation),
        "<main>",
        '<nav><a href="#measured">What was measured</a><a href="#figures">Figures</a><a href="#plots">Plots</a>'
        '<a href="#worst">Worst cases</a><a href="#columns">What the columns mean</a></nav>',
        *_measured(evaluation),
        *_figures(evaluation),
        '<h2 id="plots">Plots</h2>',
        *map(shown_plot, plots),
        *_worst(cases),
        *_meanings(),
        f"<footer>MedSR Viewer {escape(evaluation.version)}, {escape(evaluation.date)}. {RESEARCH_USE}</footer>",
        "</main>",
    ]
    return document(title, parts)


def _header(title: str, evaluation: Evaluation) -> str:
    files = len({row.file for row in evaluation.rows})
    left_out = f" ({len(evaluation.left_out)} left out)" if evaluation.left_out else ""
    subtitle = (
        f"{files} images of the split “{evaluation.split}”{left_out}, {len(evaluation.subjects)} methods, "
        f"{evaluation.date}"
    )
    return header(title, subtitle)


def _measured(evaluation: Evaluation) -> list[str]:
    left_out = [
        f'<h3 id="left-out">{len(evaluation.left_out)} left out</h3>',
        f"<ul>{items(evaluation.left_out)}</ul>",
    ]
    return [
        '<h2 id="measured">What was measured</h2>',
        f'<ul class="cautions">{items(evaluation.cautions)}</ul>' if evaluation.cautions else "",
        facts_table(evaluation),
        "<h3>Methods</h3>",
        methods_table(evaluation),
        *(left_out if evaluation.left_out else []),
    ]


def _figures(evaluation: Evaluation) -> list[str]:
    parts = [
        '<h2 id="figures">Figures</h2>',
        f'<p class="note">{escape(_STATISTICS.format(baseline=evaluation.baseline))}</p>',
    ]
    for grouping, heading in (("all", ""), ("folder", "By data folder"), ("modality", "By modality")):
        parts += [f"<h3>{heading}</h3>"] if heading else []
        parts += [figures_table(evaluation, grouping, group) for group in evaluation.groups(grouping)]
    sources = [figures_table(evaluation, "source", group) for group in evaluation.groups("source")]
    return [*parts, f"<details><summary>By source ({len(sources)})</summary>", *sources, "</details>"]


def _worst(cases: Sequence[WorstCase]) -> list[str]:
    parts = [
        '<h2 id="worst">Worst cases</h2>',
        '<p class="note">For each learned method the images with the lowest gain over bicubic, and those with the '
        "largest share of invented pixels. Each is cut to the region in which the squared error is largest. The four "
        "pictures share one window; red in the error map is too bright, blue too dark. The picture marked UPSCALED is "
        "computed: what it shows was not measured. Text that was burned into an image shows here too: look through the "
        "pictures before you hand the page on.</p>",
    ]
    if not cases:
        parts.append("<p>No learned method was measured, or no worst case was asked for.</p>")
    for (method, why), members in groupby(cases, key=lambda case: (case.method, case.why)):
        parts.append(f"<h3>{escape(method)}: {escape(why)}</h3>")
        parts += map(_case, members)
    return parts


def _case(case: WorstCase) -> str:
    low, high = case.window
    figures = ", ".join(f"{c.title} {c.write(case.row.figures[c.key])}" for c in COLUMNS if c.key in _SAID_OF_A_CASE)
    text = (
        f"{shown_name(case.row)}. {case.row.modality or 'modality not stated'}; {figures}. Shown: {case.region}; "
        f"window {low:.3f} to {high:.3f}, error ±{case.limit:.3f} of the data range."
    )
    alt = f"reference, degraded, bicubic, upscaled by {case.method}, error"
    return (
        f'<figure><img src="{data_uri(case.png)}" alt="{escape(alt)}"><figcaption>{escape(text)}</figcaption></figure>'
    )


def _meanings() -> list[str]:
    rows = "".join(f"<tr><td>{escape(c.title)}</td><td>{escape(c.meaning)}</td></tr>" for c in COLUMNS)
    return ['<h2 id="columns">What the columns mean</h2>', f'<table class="facts">{rows}</table>']
