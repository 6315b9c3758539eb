"""The report that was made last of a survey: where it is, and whether it still tells what the records say.

`latest-report.json` in the survey's folder says of which records, design and allocation a report was made, and which
bytes were written. A report is current while all of that is as it was; anything else makes it one to be made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.records import Record, canonical
from medsr_viewer.whole_files import write_whole

NAME = "latest-report.json"
"""In the survey's folder."""
_SHOWN = ("report.html", "report.json")
"""What is shown of a report; who keeps the rest may edit it."""

Standing: TypeAlias = Literal["current", "outdated", "altered", "missing"]


@dataclass(frozen=True, eq=False)
class LatestReport:
    """A report, and how it stands.

    Parameters
    ----------
    page : Path
        Of HTML.
    made : str
        UTC, ISO-8601.
    standing : str
        "current"; "outdated": the survey is no longer what it was made of; "altered": page or figures were changed
        after they were written; "missing": they are not where they were written.
    figures : dict
        As the report's JSON has them; empty unless it is current.
    """

    page: Path
    made: str
    standing: Standing
    figures: Mapping[str, Any] = field(default_factory=dict)


def survey_state(folder: SurveyFolder, records: Iterable[Record]) -> str:
    """Return the SHA-256 of all that a report is made of, hexadecimal; the stimuli's are among the records.

    Parameters
    ----------
    folder : SurveyFolder
        Its design and allocation are read.
    records : iterable of Record
        All of the survey, in order of site and sequence.
    """
    state = hashlib.sha256()
    for path in (folder.design_file, folder.allocation_file):
        state.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"none")
    for one in records:
        header = (one.site, one.sequence, one.kind, one.session, one.key, one.time, one.previous, one.digest)
        state.update(canonical((*header, one.payload, one.salt, one.payload_digest)))
    return state.hexdigest()


def note_report(folder: SurveyFolder, state: str, files: Sequence[Path]) -> None:
    """Note that a report was written.

    Parameters
    ----------
    folder : SurveyFolder
        Where it is noted.
    state : str
        Of the survey as it was read for the report: of `survey_state`.
    files : sequence of Path
        What was written.

    Raises
    ------
    CannotWrite
        If it cannot be noted; the report is written all the same.
    """
    shown = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.name in _SHOWN}
    made = datetime.now(UTC).isoformat(timespec="seconds")
    held = {"folder": _from(folder.path, files[0].parent), "made": made, "state": state, "files": shown}
    write_whole(folder.path / NAME, json.dumps(held, indent=2) + "\n")


def latest_report(folder: SurveyFolder, records: Iterable[Record]) -> LatestReport | None:
    """Return the report that was made last, and how it stands.

    Parameters
    ----------
    folder : SurveyFolder
        Of a closed survey.
    records : iterable of Record
        All of it, as for `survey_state`.

    Returns
    -------
    LatestReport or None
        None where none was noted.
    """
    try:
        held = json.loads((folder.path / NAME).read_bytes())
        place, made, state = folder.path / str(held["folder"]), str(held["made"]), str(held["state"])
        due = {name: str(held["files"][name]) for name in _SHOWN}
        datetime.fromisoformat(made)
    except (OSError, ValueError, KeyError, TypeError):  # none, or one that nobody can vouch for
        return None
    place = Path(os.path.normpath(place))
    page, figures = (place / name for name in _SHOWN)
    try:
        content = {path.name: path.read_bytes() for path in (page, figures)}
    except OSError:
        return LatestReport(page, made, "missing")
    if {name: hashlib.sha256(one).hexdigest() for name, one in content.items()} != due:
        return LatestReport(page, made, "altered")
    if survey_state(folder, records) != state:
        return LatestReport(page, made, "outdated")
    return LatestReport(page, made, "current", json.loads(content[figures.name]))


def _from(folder: Path, place: Path) -> str:
    """Return a place as seen from a folder, so that both can be moved together; as it is where that cannot be said."""
    try:
        return Path(os.path.relpath(place.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive, on Windows
        return str(place.resolve())
