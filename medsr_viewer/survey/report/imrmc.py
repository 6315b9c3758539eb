"""Ratings for iMRMC (DIDSR): a data frame for its R package, and the file that its program opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.report.tables import safe_cell

TRUTH = "truth"
"""Reader and modality of the rows that hold the truth."""


def imrmc_csv(analysis: Analysis) -> str:
    """Return readerID, caseID, modalityID, score: first answers; for protocol roc the truth before them, 0 or 1.

    Names are plain and unique, see `imrmc_key_csv`. It has no column more: iMRMC writes the whole data frame into its
    program's file. Its name says whether the observers were simulated.
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


def imrmc_key_csv(analyses: Sequence[Analysis], note: str) -> str:
    """Return what each reader, case and modality of iMRMC's files is called in the survey."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("kind", "imrmc_name", "survey_name", "note"))
    written: set[tuple[str, str]] = set()
    for analysis in analyses:
        table = analysis.table
        for kind, names in (("reader", table.observers), ("case", table.cases), ("modality", table.conditions)):
            for name, plain in _names(names).items():
                if (kind, name) not in written:
                    writer.writerow((kind, safe_cell(plain), safe_cell(name), note))
                    written.add((kind, name))
    return text.getvalue()


def _rows(analysis: Analysis) -> Iterator[tuple[str, str, str, str]]:
    table = analysis.table
    readers, cases, modalities = (_names(names) for names in (table.observers, table.cases, table.conditions))
    for case in table.cases:
        if case in analysis.findings:
            yield TRUTH, cases[case], TRUTH, str(int(analysis.findings[case]))
    for row in range(len(table.value)):
        if table.repeat[row] == 0:
            yield (
                readers[table.observers[table.observer[row]]],
                cases[table.cases[table.case[row]]],
                modalities[table.conditions[table.condition[row]]],
                f"{table.value[row]:g}",
            )


def _names(names: Sequence[str]) -> dict[str, str]:
    """Return the name in iMRMC's files of each one, no two alike whatever their letters' case.

    Those that are plain already keep their names; of others a number tells apart what would be called alike.
    """
    given: dict[str, str] = {}
    taken = {TRUTH}
    for name in sorted(names, key=lambda name: _plain(name) != name):
        plain, number = _plain(name) or "_", 1
        unique = plain
        while unique.casefold() in taken:
            number += 1
            unique = f"{plain}_{number}"
        taken.add(unique.casefold())
        given[name] = unique
    return {name: given[name] for name in names}


def _plain(name: str) -> str:
    """Return a name without what parts a line of iMRMC's file."""
    return "".join(letter if letter.isalnum() or letter in "._-@" else "_" for letter in name).lstrip("-@")
