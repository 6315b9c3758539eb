"""survey.head: where each chain ended at the last commit, apart from the database, which might be exchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.chain import Head
from medsr_viewer.whole_files import write_whole


def head_file_of(database: Path) -> Path:
    """Return the file beside an SQLite database."""
    return database.with_suffix(".head")


def write_head_file(path: Path, heads: Mapping[str, Head]) -> None:
    """Write where each site's chain ends.

    Raises
    ------
    CannotWrite
        If it cannot be written.
    """
    write_whole(path, json.dumps({site: asdict(head) for site, head in heads.items()}, indent=1) + "\n")


def read_head_file(path: Path) -> dict[str, Head]:
    """Return where each site's chain ended.

    A commit that was cut off leaves it behind the database, never ahead of it.

    Raises
    ------
    SurveyError
        If it is missing or damaged.
    """
    advice = "Restore it from a backup, and check the survey with `medsr survey verify`."
    try:
        held = json.loads(path.read_bytes())
        heads = {str(site): Head(int(one["count"]), str(one["digest"])) for site, one in held.items()}
    except FileNotFoundError as exc:
        raise SurveyError(f"{path.name}, which shows that the database was not exchanged, is missing", advice) from exc
    except OSError as exc:
        raise SurveyError(f"{path.name} cannot be read: {exc.strerror or exc}", advice) from exc
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise SurveyError(f"{path.name} is damaged", advice) from exc
    return heads
