"""Ratings for iMRMC (DIDSR): a data frame for its R package, and the file that its program opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from medsr_viewer.survey.analysis import Analysis

TRUTH = "truth"
"""Reader and modality of the rows that hold the truth."""


def imrmc_csv(analysis: Analysis) -> str:
    """Return readerID, caseID, modalityID, score: first answers; for protocol roc the truth before them, 0 or 1.

    It has no column more: iMRMC writes the whole data frame into its program's file. Its name says whether the
    observers were simulated.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("readerID", "caseID", "modalityID", "score"))
    writer.writerows(_rows(analysis))
    return text.getvalue()


def imrmc_program_file(analysis: Analysis, marks: tuple[str, ...]) -> str:
    """Return the file for iMRMC's program: a free head with the counts, then BEGIN DATA: and the same rows."""
    normal = sum(not present for present in analysis.findings.values())
    head = [
        *marks,
        f"NR: {len(analysis.table.observers)}",
        f"N0: {normal}",
        f"N1: {len(analysis.findings) - normal}",
        f"NM: {len(analysis.table.conditions)}",
        "BEGIN DATA:",
    ]
    return "\n".join([*head, *(", ".join(row) for row in _rows(analysis))]) + "\n"


def _rows(analysis: Analysis) -> Iterator[tuple[str, str, str, str]]:
    table = analysis.table
    for case in table.cases:
        if case in analysis.findings:
            yield TRUTH, _name(case), TRUTH, str(int(analysis.findings[case]))
    for row in range(len(table.value)):
        if table.repeat[row] == 0:
            yield (
                _name(table.observers[table.observer[row]]),
                _name(table.cases[table.case[row]]),
                _name(table.conditions[table.condition[row]]),
                f"{table.value[row]:g}",
            )


def _name(name: str) -> str:
    """Return a name without what parts a line of iMRMC's file, and unlike the name of the truth."""
    plain = "".join(letter if letter.isalnum() or letter in "._-@" else "_" for letter in name).lstrip("-@")
    return f"{plain}_" if plain in {TRUTH, ""} else plain
