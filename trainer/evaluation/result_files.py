"""What an evaluation found as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import math
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from medsr_viewer.errors import CannotWrite
from medsr_viewer.whole_files import write_whole
from trainer.evaluation.report import Evaluation

_ROW_COLUMNS = ("method", "parameters", "file", "folder", "source", "modality", "trained_on")


def check_writable(path: Path) -> None:
    """See whether a file could be written, and make its folder; nothing else is left behind.

    Raises
    ------
    CannotWrite
        If it could not.
    """
    if path.is_dir():
        raise CannotWrite(f"{path}: it is a folder", "Name a file.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as exc:
        raise CannotWrite(f"{path}: {exc.strerror or exc}") from exc


def write_json(path: Path, evaluation: Evaluation) -> None:
    """Write all of it.

    Raises
    ------
    CannotWrite
        If the file cannot be written.
    """
    document = {"data_range": 1.0, **asdict(evaluation)}
    write_whole(path, json.dumps(_without_nan(document), indent=2) + "\n")


def write_csv(path: Path, evaluation: Evaluation) -> None:
    """Write a line for each method and image, and one for each image that was left out; what is no number is empty.

    Raises
    ------
    CannotWrite
        If the file cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = list(evaluation.rows[0].figures)
    writer.writerow([*_ROW_COLUMNS, *names, "left_out"])
    for row in evaluation.rows:
        figures = ("" if math.isnan(row.figures[name]) else row.figures[name] for name in names)
        writer.writerow([*(getattr(row, name) for name in _ROW_COLUMNS), *figures, ""])
    writer.writerows([*("" for _ in (*_ROW_COLUMNS, *names)), reason] for reason in evaluation.left_out)
    write_whole(path, text.getvalue())


def _without_nan(value: Any) -> Any:
    """Return the value with None for what is not a number: JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
