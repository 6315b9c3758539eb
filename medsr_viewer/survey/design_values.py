"""Values of a design file: made into the classes of `design`, every value of a wrong type and unknown key noted."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.design_mistakes import Mistake, wrong

_EXACT = 2**53
"""Whole numbers up to here are exact as floating-point numbers."""

_WORDS: dict[type, str] = {
    str: "text in quotes",
    bool: "true, false",
    int: "a whole number",
    float: "a number",
    Path: "a path in quotes",
}


def design_of(values: Mapping[str, Any], folder: Path) -> tuple[Design, list[Mistake]]:
    """Make a design of what a file says.

    Parameters
    ----------
    values : mapping
        As TOML has them.
    folder : Path
        Relative paths are relative to it.

    Returns
    -------
    (Design, list of Mistake)
        Where there is a mistake the design has something else in its place, and is of use for finding more alone.
    """
    reader = _Reader(folder)
    design = reader.table(Design, {"questions": [], **values}, "")  # no questions: the protocol's own
    assert isinstance(design, Design)  # noqa: S101 - for the type checker
    return design, reader.mistakes


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.mistakes: list[Mistake] = []
        self._folder = folder

    def table(self, kind: type, values: Mapping[str, Any], prefix: str) -> Any:
        hints = get_type_hints(kind)
        known = {field.name: field for field in fields(kind)}
        for key in values:
            if key not in known:
                self.mistakes.append(_unknown(key, list(known), prefix))
        made = {}
        for name, field in known.items():
            if name in values:
                made[name] = self._value(hints[name], values[name], prefix + name)
            elif field.default is MISSING and field.default_factory is MISSING:
                self.mistakes.append(Mistake(prefix + name, "is missing", f"allowed: {_words(hints[name])}"))
                made[name] = _stand_in(hints[name])
        return kind(**made)

    def _value(self, hint: Any, value: Any, key: str) -> Any:
        if is_dataclass(hint):
            return self.table(hint, self._of_type(value, dict, hint, key), f"{key}.")  # type: ignore[arg-type]
        arguments = [argument for argument in get_args(hint) if argument is not NoneType]
        if get_origin(hint) is Literal:
            if value not in arguments or not isinstance(value, str):
                self.mistakes.append(wrong(key, value, _words(hint)))
                return arguments[0]
            return value
        if get_origin(hint) is tuple:
            items = self._of_type(value, list, hint, key)
            return tuple(self._value(arguments[0], item, f"{key}[{place}]") for place, item in enumerate(items, 1))
        kind = arguments[0] if arguments else hint  # Path | None
        if kind is Path:
            text = self._of_type(value, str, hint, key)
            if value == "":
                self.mistakes.append(wrong(key, value, _words(hint)))
            return self._folder / text
        if kind is float and type(value) is int and abs(value) <= _EXACT:
            value = float(value)
        return self._of_type(value, kind, hint, key)

    def _of_type(self, value: Any, kind: type, hint: Any, key: str) -> Any:
        if type(value) is kind:
            return value
        self.mistakes.append(wrong(key, value, _words(hint)))
        return kind()


def _words(hint: Any) -> str:
    if is_dataclass(hint):
        return "a table, written as [TABLE] with a line KEY = VALUE for each"
    arguments = [argument for argument in get_args(hint) if argument is not NoneType]
    if get_origin(hint) is Literal:
        return ", ".join(f'"{argument}"' for argument in arguments)
    if get_origin(hint) is tuple:
        if is_dataclass(arguments[0]):
            return "tables, each written as [[TABLE]] with a line KEY = VALUE for each"
        listed = {str: "texts in quotes", float: "numbers", int: "whole numbers"}
        return f"a list of {listed[arguments[0]]}"
    return _WORDS[arguments[0] if arguments else hint]


def _stand_in(hint: Any) -> Any:
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    return (get_origin(hint) or hint)()


def _unknown(key: str, known: list[str], prefix: str) -> Mistake:
    closest = difflib.get_close_matches(key, known, 1, 0.5)
    if closest:
        return Mistake(prefix + key, "is unknown", f"the closest known key is {prefix}{closest[0]}")
    return Mistake(prefix + key, "is unknown", f"known here: {', '.join(known)}")
