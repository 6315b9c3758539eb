"""Design files: a survey's design as TOML, written by the coordinator or by the program."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from medsr_viewer.errors import InvalidDesign
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.design_mistakes import Mistake, without_consequences
from medsr_viewer.survey.design_rules import mistakes_in
from medsr_viewer.survey.design_values import design_of
from medsr_viewer.survey.toml_text import toml_line, toml_table
from medsr_viewer.whole_files import write_whole

FORMAT = 1
"""Of the design files that this program writes; it reads this one and older ones."""

_HEAD = "# A blind reader survey. The seed of its random choices is not here: it is sealed with the allocation.\n"
_SEALED = "seed"


def read_design(path: Path) -> Design:
    """Read a design file.

    Parameters
    ----------
    path : Path
        The file. Relative paths in it are relative to its folder.

    Returns
    -------
    Design
        As written, with absolute paths; `complete` adds what it leaves to its protocol.

    Raises
    ------
    InvalidDesign
        If the file cannot be read, is of a newer format, or keys or values of it are wrong: all of them are named,
        each with what was found and what is allowed.
    """
    values = _values(path)
    form = values.pop("format", None)
    if type(form) is int and form > FORMAT:
        raise InvalidDesign(
            f"{path}: format = {form}; this program knows formats up to {FORMAT}",
            "The design was written by a newer version of the program: update this one.",
        )
    mistakes = []
    if form != FORMAT or type(form) is not int:
        found = "is missing" if form is None else f"= {form!r}"
        mistakes.append(Mistake("format", found, f"allowed: {FORMAT}"))
    design, wrong_values = design_of(values, path.absolute().parent)
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
        If the design is not valid.
    """
    check_design(design, str(path))
    text = _HEAD + "\n".join(_parts(design, path.absolute().parent))
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


def _parts(design: Design, folder: Path) -> Iterator[str]:
    tables = ("arrangement", "sitting", "screen", "texts")
    lists = ("cases", "conditions", "questions")
    plain = {name: value for name, value in _fields(design) if name not in (*tables, *lists)}
    yield "".join(f"{toml_line(name, value)}\n" for name, value in {"format": FORMAT, **plain}.items())
    for name in tables:
        yield toml_table(f"[{name}]", _lines(getattr(design, name), folder))
    for name in lists:
        for entry in getattr(design, name):
            yield toml_table(f"[[{name}]]", _lines(entry, folder))


def _lines(entry: object, folder: Path) -> Iterator[str]:
    for name, value in _fields(entry):
        if name == _SEALED or value is None or value in ("", ()):
            continue
        yield toml_line(name, _relative(value, folder) if isinstance(value, Path) else value)


def _relative(path: Path, folder: Path) -> Path:
    path = path.absolute()
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def _fields(entry: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(entry):
        yield field.name, getattr(entry, field.name)
