"""The tables of the evaluation's page."""

from __future__ import annotations

from html import escape
from typing import Any

from trainer.evaluation.columns import COLUMNS, Column, group_name, p_value
from trainer.evaluation.modalities import named
from trainer.evaluation.report import Evaluation, Subject

_HASH_SHOWN = 12


def facts_table(evaluation: Evaluation) -> str:
    """Return the table of what was measured, and how."""
    facts = {
        "data": f"{', '.join(evaluation.data)}; split {evaluation.split}",
        "scale factor": f"x{evaluation.scale_factor}",
        "degradation": evaluation.degradation,
        "measured on": evaluation.measured_on,
        "data range": "1.0: PSNR, SSIM and MS-SSIM take it as the span of the values",
        "baseline of the tests": evaluation.baseline,
        "machine": evaluation.machine,
        "made": f"{evaluation.date}, MedSR Viewer {evaluation.version}",
    }
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts.items())
    return f'<table class="facts">{rows}</table>'


def methods_table(evaluation: Evaluation) -> str:
    """Return the table of the methods, with what their cards say."""
    titles = (
        "method",
        "kind",
        "parameters",
        "steps",
        "trained on",
        "modalities",
        "for",
        "weights, SHA-256",
        "published",
    )
    head = "".join(f"<th>{title}</th>" for title in titles)
    plain = ", ".join(subject.name for subject in evaluation.subjects if not subject.is_learned)
    rows = "".join(map(_method, evaluation.learned))
    if plain:
        rows = f'<tr><td colspan="{len(titles)}">Interpolation, which is not trained: {escape(plain)}</td></tr>' + rows
    return f'<div class="scroll"><table class="methods"><tr>{head}</tr>{rows}</table></div>'


def figures_table(evaluation: Evaluation, grouping: str, group: str) -> str:
    """Return the table of a group: methods by figures, with intervals and corrected p."""
    summaries = evaluation.groups(grouping)[group]
    count = max(figure["count"] for figure in summaries[0]["figures"].values())
    shown = [column for column in COLUMNS if any(column.key in summary["figures"] for summary in summaries)]
    head = "<th>method</th>" + "".join(f'<th title="{escape(c.meaning)}">{escape(c.title)}</th>' for c in shown)
    rows = "".join(_figures(summary, shown, evaluation.baseline) for summary in summaries)
    return (
        f"<p><b>{escape(group_name(grouping, group))}</b>, {count} {'image' if count == 1 else 'images'}</p>"
        f'<div class="scroll"><table><tr>{head}</tr>{rows}</table></div>'
    )


def _method(subject: Subject) -> str:
    kind = {"psnr": "for fidelity", "gan": "adversarial: invents texture"}[subject.kind]
    note = f'<br><span class="tag">{escape(subject.note)}</span>' if subject.note else ""
    cells = (
        f"{subject.parameters:,}",
        f"{subject.steps:,}" if subject.steps else "not known",
        ", ".join(subject.data_folders) or "not known",
        named(subject.modalities) or "not known",
    )
    return (
        f"<tr><td>{escape(subject.name)}{note}</td><td>{kind}</td>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + f'<td class="wrap">{escape(subject.degradation)}</td>'
        + f'<td><code title="{escape(subject.sha256)}">{escape(subject.sha256[:_HASH_SHOWN])}</code></td>'
        + f"<td>{escape(subject.date)}</td></tr>"
    )


def _figures(summary: dict[str, Any], columns: list[Column], baseline: str) -> str:
    is_baseline = summary["method"] == baseline
    untrained = summary["untrained"]
    tag = f'<br><span class="tag">not trained on {escape(named(untrained))}</span>' if untrained else ""
    cells = "".join(_cell(summary, column, is_baseline) for column in columns)
    return f"<tr{' class=baseline' if is_baseline else ''}><td>{escape(summary['method'])}{tag}</td>{cells}</tr>"


def _cell(summary: dict[str, Any], column: Column, is_baseline: bool) -> str:
    interval = column.interval(summary)
    small = [interval] if interval else []
    if column.key in summary["p_holm"] and not is_baseline:
        p = p_value(summary["p_holm"][column.key])
        small.append(f"p {p}" if p.startswith("<") else f"p = {p}" if p != "-" else "p -")
    return f"<td>{column.mean(summary)}" + "".join(f"<small>{escape(line)}</small>" for line in small) + "</td>"
