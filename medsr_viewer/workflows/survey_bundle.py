"""Records of a survey from one site to another: no images, no design, no patient data."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from medsr_viewer.errors import SurveyError, UnreadableFile
from medsr_viewer.survey.records import Record
from medsr_viewer.survey.site_blocks import shared_orders
from medsr_viewer.whole_files import write_whole
from medsr_viewer.workflows.survey_files import open_survey

_FORMAT = 1
_MEMBER = "records.json"
_ADVICE = "Name a file that `medsr survey export` wrote."
_LARGEST = 1 << 30
"""Bytes of records that a bundle may unpack to: a zip of a few kilobytes could fill any memory."""


def export_bundle(path: Path, target: Path) -> int:
    """Write the records of a survey's folder as a zip; return how many there are.

    Raises
    ------
    SurveyError
        If the survey cannot be read.
    CannotWrite
        If the bundle cannot be written.
    """
    with open_survey(path) as survey:
        records = survey.store.records()
        document = {
            "format": _FORMAT,
            "survey_id": survey.store.survey_id,
            "site": survey.store.site,
            "records": [asdict(record) for record in records],
        }
    content = json.dumps(document, ensure_ascii=False)

    def write(file: Any) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr(_MEMBER, content)

    write_whole(target, write)
    return len(records)


def merge_bundle(path: Path, bundle: Path) -> int:
    """Take the records of another site into a survey's folder; return how many are new.

    Raises
    ------
    UnreadableFile
        If the bundle is none.
    SurveyError
        If it is another survey's, a chain in it was altered, or contradicts what is here: nothing is taken in then.
    """
    survey_id, records = _read(bundle)
    with open_survey(path) as survey:
        if survey_id != survey.store.survey_id:
            raise SurveyError(f"{bundle}: it is of another survey", "Name a bundle of this survey.")
        before = len(survey.store.records())
        survey.store.adopt(records, {"bundle": bundle.name})
        added = len(survey.store.records()) - before
    return max(added - 1, 0)  # one of them says that a bundle was taken in


def merged_conflicts(path: Path) -> list[str]:
    """Return in words where the sites of a survey do not go together: observers of two were shown the same orders."""
    with open_survey(path) as survey:
        records = survey.store.records(kinds=("observer", "withdrawn"))
        return shared_orders(records, len(survey.plan.sequences))


def _read(bundle: Path) -> tuple[str, list[Record]]:
    """Return whose records a bundle holds, and the records."""
    try:
        with zipfile.ZipFile(bundle) as opened:
            if opened.getinfo(_MEMBER).file_size > _LARGEST:
                raise UnreadableFile(bundle, "it is too large for a bundle", _ADVICE)
            document = json.loads(opened.read(_MEMBER))
        if document["format"] != _FORMAT:
            raise UnreadableFile(
                bundle, "it was written by a newer version of the program", "Install the newest version."
            )
        return str(document["survey_id"]), [_record(held) for held in document["records"]]
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile, RuntimeError) as exc:
        raise UnreadableFile(bundle, "it is no bundle of a survey, or damaged", _ADVICE) from exc


def _record(held: dict[str, Any]) -> Record:
    """Return a record whose values have the kinds that a database's have; their digests are checked elsewhere."""
    record = Record(**held)
    texts = {name: value for name, value in vars(record).items() if name not in {"sequence", "payload", "salt"}}
    if not all(isinstance(value, str) for value in texts.values()) or type(record.sequence) is not int:
        raise TypeError("a record's values are of other kinds")
    if not isinstance(record.payload, dict | None) or not isinstance(record.salt, str | None):
        raise TypeError("a record's payload or salt is of another kind")
    return record
