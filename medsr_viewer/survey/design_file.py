"""Design files: a survey's design as TOML, written by the coordinator or by the program."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from medsr_viewer.errors import InvalidDesign
from medsr_viewer.survey.design import UNKNOWN, Design
from medsr_viewer.survey.design_mistakes import Mistake, without_consequences
from medsr_viewer.survey.design_rules import mistakes_in
from medsr_viewer.survey.design_values import design_of
from medsr_viewer.survey.protocols import PROTOCOLS
from medsr_viewer.survey.sources import (
    check_sources,
    read_sources,
    relative,
    sources_file_of,
    sources_of,
    sources_text,
    with_sources,
)
from medsr_viewer.survey.toml_text import Value, toml_line, toml_table
from medsr_viewer.whole_files import write_whole

FORMAT = 1
"""Of the design files that coordinators write: they name the files of their cases."""
SURVEY_FORMAT = 2
"""Of the design in a survey's folder, which names none: see `medsr_viewer.survey.sources`. Older surveys have 1."""

_HEAD = "# A blind reader survey. The seed of its random choices is not here: it is sealed with the allocation.\n"
_SEALED = "seed"


def read_design(path: Path) -> Design:
    """Read a design file.

    Parameters
    ----------
    path : Path
        The file. Relative paths in it are relative to its folder. A survey's own has its paths beside that folder.

    Returns
    -------
    Design
        As written, with absolute paths; `complete` adds what it leaves to its protocol. Paths that a survey's own has
        on another machine are `UNKNOWN`.

    Raises
    ------
    InvalidDesign
        If the file cannot be read, is of a newer format, or keys or values of it are wrong: all of them are named,
        each with what was found and what is allowed.
    """
    values = _values(path)
    form = values.pop("format", None)
    if type(form) is int and form > SURVEY_FORMAT:
        raise InvalidDesign(
            f"{path}: format = {form}; this program knows formats up to {SURVEY_FORMAT}",
            "The design was written by a newer version of the program: update this one.",
        )
    mistakes = []
    if form not in (FORMAT, SURVEY_FORMAT) or type(form) is not int:
        found = "is missing" if form is None else f"= {form!r}"
        mistakes.append(Mistake("format", found, f"allowed: {FORMAT}"))
    is_survey = form == SURVEY_FORMAT
    handle = _without_paths(values) if is_survey else ""
    folder = path.absolute().parent
    design, wrong_values = design_of(values, folder)
    if is_survey:
        design = with_sources(design, read_sources(folder, handle))
    mistakes += wrong_values
    mistakes += without_consequences(mistakes_in(design), wrong_values)
    _refuse(mistakes, str(path))
    return design


def write_design(path: Path, design: Design) -> None:
    """Write a design file, without the seed, whole or not at all.

    Parameters
    ----------
    path : Path
        The file. Paths inside its folder are written relative to it, others absolute.
    design : Design
        Complete or not.

    Raises
    ------
    InvalidDesign
        If the design is not valid; nothing is written.
    CannotWrite
        If the file cannot be written.
    """
    write_whole(path, design_text(design, path))


def design_text(design: Design, path: Path) -> str:
    """Return the content of a design file, without the seed.

    Parameters
    ----------
    design : Design
        Complete or not.
    path : Path
        Where it will stand: paths inside its folder are relative to it.

    Raises
    ------
    InvalidDesign
        If the design is not valid, or a path of it is not known here.
    """
    check_design(design, str(path))
    check_sources(design, str(path))
    return _as_text(path, _parts(design, path.absolute().parent, {"format": FORMAT}))


def survey_texts(design: Design, folder: Path) -> tuple[str, str]:
    """Return the design that a survey's folder holds, and the file of its sources, both without the seed.

    Parameters
    ----------
    design : Design
        With all its paths.
    folder : Path
        The survey's.

    Raises
    ------
    InvalidDesign
        As of `design_text`.
    """
    path = folder / "design.toml"
    check_design(design, str(path))
    check_sources(design, str(path))
    sources = sources_of(design, secrets.token_hex(16))
    beside = sources_file_of(folder)
    head: dict[str, Value] = {"format": SURVEY_FORMAT, "sources": sources.handle}
    nameless = with_sources(design, replace(sources, cases={}, images={}))
    return _as_text(path, _parts(nameless, folder, head)), _as_text(beside, [sources_text(sources, beside.parent)])


def _as_text(path: Path, parts: Iterable[str]) -> str:
    text = "\n".join(parts)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as exc:
        found = text[exc.start : exc.end].encode("unicode_escape").decode("ascii")
        raise InvalidDesign(
            f"{path}: a text or path has {found}, which is no letter of Unicode", "Rename the file or folder."
        ) from exc
    return text


def check_design(design: Design, origin: str) -> None:
    """Check a design that was not read from a file.

    Parameters
    ----------
    design : Design
        Complete or not.
    origin : str
        What it comes from, for the message.

    Raises
    ------
    InvalidDesign
        If keys or values of it are wrong: all of them are named.
    """
    _refuse(mistakes_in(design), origin)


def _refuse(mistakes: list[Mistake], origin: str) -> None:
    if not mistakes:
        return
    listed = f" {mistakes[0]}" if len(mistakes) == 1 else "".join(f"\n  {mistake}" for mistake in mistakes)
    counted = " Entries in brackets are counted from 1." if any("[" in mistake.key for mistake in mistakes) else ""
    raise InvalidDesign(f"{origin}:{listed}", f"Correct the design and try again.{counted}")


def _values(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise InvalidDesign(f"{path}: {exc.strerror or exc}", "Name the TOML file that holds the design.") from exc
    except UnicodeDecodeError as exc:
        raise InvalidDesign(f"{path}: not text in UTF-8", "Save the file as UTF-8.") from exc
    except (ValueError, RecursionError) as exc:  # also of numbers with thousands of digits
        raise InvalidDesign(f"{path}: not valid TOML: {exc}", "Texts stand in quotes, lists in brackets.") from exc


def _without_paths(values: dict[str, Any]) -> str:
    """Put the folder itself in place of the paths that a survey's own design has not; return its handle."""
    for table, key, told in (("cases", "path", None), ("conditions", "images", "elsewhere")):
        entries = values.get(table)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and (told is None or entry.pop(told, False) is True):
                entry[key] = "."
    return str(values.pop("sources", ""))


def _parts(design: Design, folder: Path, head: Mapping[str, Value]) -> Iterator[str]:
    tables = ("arrangement", "sitting", "screen", "texts")
    lists = ("cases", "conditions", "questions")
    untold = () if _has_hidden_reference(design) else ("hidden_reference",)
    plain = {name: value for name, value in _fields(design) if name not in (*tables, *lists, *untold)}
    yield _HEAD + "".join(f"{toml_line(name, value)}\n" for name, value in {**head, **plain}.items())
    for name in tables:
        yield toml_table(f"[{name}]", _lines(getattr(design, name), folder))
    for name in lists:
        for entry in getattr(design, name):
            yield toml_table(f"[[{name}]]", _lines(entry, folder))


def _has_hidden_reference(design: Design) -> bool:
    """Whether the key says something: elsewhere it would be read as an image that nobody rates."""
    applies = PROTOCOLS[design.protocol].hidden_reference and design.mode == "test"
    return applies or not design.hidden_reference  # false is not what it is where it is missing


def _lines(entry: object, folder: Path) -> Iterator[str]:
    for name, value in _fields(entry):
        if name == _SEALED or value is None or value in ("", ()):
            continue
        if value == UNKNOWN:
            if name == "images":
                yield toml_line("elsewhere", True)
            continue
        yield toml_line(name, relative(value, folder) if isinstance(value, Path) else value)


def _fields(entry: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(entry):
        yield field.name, getattr(entry, field.name)
