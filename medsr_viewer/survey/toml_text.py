"""TOML 1.0 as a person would write it: one line a key, long texts over several lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

Value = str | bool | int | float | Path | tuple[int, ...] | tuple[float, ...] | tuple[str, ...]


def toml_line(key: str, value: Value) -> str:
    """Return ``key = value``.

    Parameters
    ----------
    key : str
        Letters, digits, "_" and "-".
    value : str, bool, int, float, Path, or tuple of numbers or texts
        A path is written with "/". A text of several lines is written over several lines.
    """
    return f"{key} = {_value(value)}"


def toml_table(header: str, lines: Iterable[str]) -> str:
    """Return a table: its header, as ``[screen]`` or ``[[cases]]``, and its lines."""
    return "\n".join([header, *lines]) + "\n"


def _value(value: Value) -> str:
    if isinstance(value, Path):
        return _text(value.as_posix())
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    return repr(value)


def _text(text: str) -> str:
    if "\n" not in text:
        return f'"{_escaped(text)}"'
    lines = "\n".join(_escaped(line) for line in text.split("\n"))
    return f'"""\n{lines}"""'  # the line break after the opening quotes is not part of the text


def _escaped(text: str) -> str:
    # JSON's escapes are among TOML's; it leaves DEL, which TOML does not allow.
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007F")
