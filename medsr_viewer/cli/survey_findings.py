"""The truth of each case for protocol roc, as the options of `medsr survey new` give it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from medsr_viewer.errors import InputError, WrongUsage
from medsr_viewer.survey.design import Case, Design, Finding

_HEADINGS = frozenset({"finding", "truth"})
_COLUMNS = "It has two columns, the case's file and present or absent."


def with_findings(design: Design, options: Sequence[str], file: Path | None) -> Design:
    """Return the design with its cases' findings.

    Parameters
    ----------
    design : Design
    options : sequence of str
        As CASE=present; a case is named by its file, with or without suffix, or by its own name.
    file : Path or None
        CSV file of such pairs; a heading may come first.

    Raises
    ------
    WrongUsage
        If an option is malformed, names no case or one twice, findings are given to another protocol than roc, or a
        case of protocol roc has none.
    InputError
        If the file cannot be read, or a line of it is malformed or names no case.
    """
    found: dict[str, Finding] = {}
    for text in options:
        name, separator, value = text.rpartition("=")
        if not separator or not name or value not in ("present", "absent"):
            raise WrongUsage(f"--finding {text!r}: not CASE=present or CASE=absent", "As in --finding chest-1=present.")
        _add(found, design, name, cast(Finding, value), f"--finding {text!r}", WrongUsage)
    for number, name, value in _lines(file) if file else ():
        where = f"{file}, line {number}"
        if value.casefold() not in ("present", "absent"):
            raise InputError(f"{where}: {value!r} is neither present nor absent", _COLUMNS)
        _add(found, design, name, cast(Finding, value.casefold()), where, InputError)
    if design.protocol != "roc":
        if found:
            raise WrongUsage("findings are for --protocol roc alone", "Leave them out, or choose that protocol.")
        return design
    _refuse_missing(design.main_cases, found)
    cases = tuple(replace(case, finding=found.get(case.name, case.finding)) for case in design.cases)
    return replace(design, cases=cases)


def _add(
    found: dict[str, Finding], design: Design, name: str, value: Finding, where: str, kind: type[InputError]
) -> None:
    named = [case for case in design.cases if name in (case.name, case.path.name, case.path.stem, str(case.path))]
    if len(named) != 1:
        which = "names no case" if not named else f"names {len(named)} cases"
        known = ", ".join(case.path.name for case in design.main_cases[:5])
        raise kind(f"{where}: {which}", f"Name a case by its file, such as {known}.")
    if named[0].name in found:
        raise kind(f"{where}: the finding of this case was given before", "Give it once.")
    found[named[0].name] = value


def _refuse_missing(cases: Iterable[Case], found: Mapping[str, Finding]) -> None:
    missing = [case.path.name for case in cases if case.name not in found]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise WrongUsage(
            f"protocol roc needs the finding of each case; missing: {', '.join(missing[:3])}{more}",
            "Give --finding CASE=present or CASE=absent for each, or a file of them: --findings FILE.csv.",
        )


def _lines(path: Path) -> list[tuple[int, str, str]]:
    """Return number, case and finding of each line that is not empty, without headings."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as exc:
        raise InputError(f"{path}: {exc.strerror or exc}", "Name the file that holds the findings.") from exc
    except UnicodeDecodeError as exc:
        raise InputError(f"{path}: not text in UTF-8", "Save the file as UTF-8.") from exc
    separator = ";" if ";" in text and "," not in text else ","  # where the decimal sign is a comma
    made: list[tuple[int, str, str]] = []
    for number, row in enumerate(csv.reader(text.splitlines(), delimiter=separator), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (not made and len(cells) == 2 and cells[1].casefold() in _HEADINGS):
            continue
        if len(cells) != 2:
            raise InputError(f"{path}, line {number}: {len(cells)} columns", _COLUMNS)
        made.append((number, cells[0], cells[1]))
    return made
