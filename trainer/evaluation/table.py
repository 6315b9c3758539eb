"""The evaluation's table for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from trainer.evaluation.columns import COLUMNS, NOTHING, p_value
from trainer.evaluation.report import Evaluation

_PSNR = COLUMNS[0]


def print_tables(evaluation: Evaluation) -> None:
    """Print a table for each data folder, and what to know before the figures are believed."""
    for group, summaries in evaluation.groups("folder").items():
        count = summaries[0]["figures"]["psnr_db"]["count"]
        title = (
            f"{group}: x{evaluation.scale_factor}, {count} images, degraded by {evaluation.degradation}; "
            f"{evaluation.measured_on}; "
            f"95 % bootstrap interval of PSNR; p against {evaluation.baseline} (Wilcoxon, Holm)"
        )
        table = Table("method", "parameters", *(column.title for column in COLUMNS), "interval", "p", title=title)
        for summary in summaries:
            mark = f" (not trained on {', '.join(summary['untrained'])})" if summary["untrained"] else ""
            table.add_row(
                summary["method"] + mark,
                f"{summary['parameters']:,}",
                *(column.mean(summary) for column in COLUMNS),
                _PSNR.interval(summary) or NOTHING,
                p_value(summary["p_holm"].get("psnr_db")),
            )
        # As wide as its cells: a cut number would be a wrong one.
        width = Console(width=1000).measure(table).maximum
        Console(width=max(width, Console().width)).print(table)
    if evaluation.left_out:
        print(f"{len(evaluation.left_out)} images were left out; what they are, and why, stands above the tables.")
    for line in evaluation.cautions:
        Console(soft_wrap=True).print(line, markup=False, highlight=False)
