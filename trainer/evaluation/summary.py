"""What the rows say together: means with intervals, and tests against a baseline, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from trainer.evaluation.measuring import Row
from trainer.evaluation.significance import holm, mean_with_interval, signed_rank_p

TESTED = ("psnr_db", "ssim", "ms_ssim", "uqi", "perceptual_distance")
"""Figures that are tested against the baseline's on the same images."""
GROUPINGS = ("all", "folder", "source", "modality")


def summarise(rows: Sequence[Row], baseline: str) -> list[dict[str, Any]]:
    """Return the means of every method in every group.

    Parameters
    ----------
    rows : sequence of Row
        As `measure` returns them: every method on the same images.
    baseline : str
        Method that the others are tested against.

    Returns
    -------
    list of dict
        ``grouping``, ``group``, ``method``, ``parameters``, ``figures`` (name to ``value``, ``low``, ``high``,
        ``count``), ``p`` (name to the signed-rank p against the baseline, None where undefined), ``p_holm`` (the same,
        corrected for the methods that are tested in the group) and ``untrained`` (modalities among the group's images
        that are not among those that the method was trained on).
    """
    summaries = []
    for grouping in GROUPINGS:
        for group in dict.fromkeys(group_of(row, grouping) for row in rows):
            members = [row for row in rows if group_of(row, grouping) == group]
            summaries += _corrected(
                [
                    _summary(grouping, group, name, members, baseline)
                    for name in dict.fromkeys(r.method for r in members)
                ]
            )
    return summaries


def group_of(row: Row, grouping: str) -> str:
    """Return the name of the group that a row belongs to under one of `GROUPINGS`."""
    return "all" if grouping == "all" else getattr(row, grouping)


def _summary(grouping: str, group: str, method: str, members: list[Row], baseline: str) -> dict[str, Any]:
    own = [row for row in members if row.method == method]
    others = {row.file: row.figures for row in members if row.method == baseline}
    names = own[0].figures
    return {
        "grouping": grouping,
        "group": group,
        "method": method,
        "parameters": own[0].parameters,
        "figures": {name: asdict(mean_with_interval([row.figures[name] for row in own])) for name in names},
        "p": {
            name: signed_rank_p([row.figures[name] for row in own], [others[row.file][name] for row in own])
            for name in TESTED
            if name in names and method != baseline and others
        },
        "untrained": sorted({row.modality for row in own if row.trained_on == "no"}),
    }


def _corrected(summaries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the summaries of one group with each figure's p values corrected for the number of methods."""
    by_figure = {name: holm([summary["p"].get(name) for summary in summaries]) for name in TESTED}
    return [
        summary | {"p_holm": {name: by_figure[name][index] for name in summary["p"]}}
        for index, summary in enumerate(summaries)
    ]
