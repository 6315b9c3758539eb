"""Records of a survey from one site to another: no images, no design, no patient data.

A bundle says where each site's chain ends, by count and digest, so that one whose last records are missing is refused;
where the chains ended that were taken in stands in the record of the import, and so under the next digest here. Who
cuts a bundle and writes its ends anew makes what the site itself might have sent earlier: the next bundle brings the
rest, and the ends that `export` and `merge` print tell the difference when they are compared.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from medsr_viewer.errors import SurveyError, UnreadableFile
from medsr_viewer.survey.chain import Head
from medsr_viewer.survey.records import Record
from medsr_viewer.survey.report.wording import counted
from medsr_viewer.survey.site_blocks import shared_orders
from medsr_viewer.whole_files import write_whole
from medsr_viewer.workflows.survey_files import open_survey

_FORMAT = 2
_MEMBER = "records.json"
_ADVICE = "Name a file that `medsr survey export` wrote."
_LARGEST = 1 << 30
"""Bytes of records that a bundle may unpack to: a zip of a few kilobytes could fill any memory."""


@dataclass(frozen=True)
class ExportedBundle:
    """What was written.

    Parameters
    ----------
    records : int
        Of all sites.
    site : str
        The folder's own.
    end : Head
        Where its chain ends: to be compared with what the other site reads when it takes the bundle in.
    """

    records: int
    site: str
    end: Head


@dataclass(frozen=True)
class MergedBundle:
    """What was taken in.

    Parameters
    ----------
    new : int
        Records that were not here before.
    site : str
        Whose bundle it is.
    end : Head
        Where that site's chain ends here since.
    older : tuple of str
        In words, the sites of which the bundle holds less than is here: it was written before another that was merged.
    """

    new: int
    site: str
    end: Head
    older: tuple[str, ...] = ()


def end_in_words(site: str, end: Head) -> str:
    """Return where a chain ends as two people can compare it."""
    return f"site {site} ends with record {end.count}, digest {end.digest[:16]}"


def export_bundle(path: Path, target: Path) -> ExportedBundle:
    """Write the records of a survey's folder as a zip.

    Raises
    ------
    SurveyError
        If the survey cannot be read.
    CannotWrite
        If the bundle cannot be written.
    """
    with open_survey(path) as survey:
        records, site = survey.store.records(), survey.store.site
        ends = {record.site: Head(record.sequence, record.digest) for record in records}
        document = {
            "format": _FORMAT,
            "survey_id": survey.store.survey_id,
            "site": site,
            "heads": {of: asdict(end) for of, end in ends.items()},
            "records": [asdict(record) for record in records],
        }
    content = json.dumps(document, ensure_ascii=False)

    def write(file: Any) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr(_MEMBER, content)

    write_whole(target, write)
    return ExportedBundle(len(records), site, ends[site])


def merge_bundle(path: Path, bundle: Path) -> MergedBundle:
    """Take the records of another site into a survey's folder; a longer bundle of a site goes on where a shorter ended.

    Raises
    ------
    UnreadableFile
        If the bundle is none.
    SurveyError
        If it is another survey's, a chain in it was altered or lacks its end, or contradicts what is here: nothing is
        taken in then.
    """
    held = _read(bundle)
    with open_survey(path) as survey:
        if held.survey_id != survey.store.survey_id:
            raise SurveyError(f"{bundle}: it is of another survey", "Name a bundle of this survey.")
        before = len(survey.store.records())
        survey.store.adopt(held.records, {"bundle": bundle.name}, heads=held.ends)
        added = len(survey.store.records()) - before
        here = survey.store.heads()
    older = tuple(
        f"it is older than what is here: it has {counted(end.count, 'record')} of site {site},"
        f" and {here[site].count} are here"
        for site, end in held.ends.items()
        if site != survey.store.site and end.count < here[site].count
    )
    # One of those added says that a bundle was taken in.
    return MergedBundle(max(added - 1, 0), held.site, here.get(held.site, Head()), older)


def merged_conflicts(path: Path) -> list[str]:
    """Return in words where the sites of a survey do not go together: observers of two were shown the same orders."""
    with open_survey(path) as survey:
        records = survey.store.records(kinds=("observer", "withdrawn"))
        return shared_orders(records, len(survey.plan.sequences))


@dataclass(frozen=True)
class _Bundle:
    """What a bundle holds; its digests are checked elsewhere."""

    survey_id: str
    site: str
    records: list[Record]
    ends: dict[str, Head]


def _read(bundle: Path) -> _Bundle:
    try:
        with zipfile.ZipFile(bundle) as opened:
            if opened.getinfo(_MEMBER).file_size > _LARGEST:
                raise UnreadableFile(bundle, "it is too large for a bundle", _ADVICE)
            document = json.loads(opened.read(_MEMBER))
        if document["format"] == 1:
            raise UnreadableFile(
                bundle, "it does not say where its records end: an older version wrote it", "Have it exported again."
            )
        if document["format"] != _FORMAT:
            raise UnreadableFile(
                bundle, "it was written by a newer version of the program", "Install the newest version."
            )
        records = [_record(held) for held in document["records"]]
        ends = {str(site): _end(**end) for site, end in document["heads"].items()}
        return _Bundle(str(document["survey_id"]), str(document["site"]), records, ends)
    except (OSError, KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile, RuntimeError) as exc:
        raise UnreadableFile(bundle, "it is no bundle of a survey, or damaged", _ADVICE) from exc


def _end(count: object, digest: object) -> Head:
    if type(count) is not int or not isinstance(digest, str):
        raise TypeError("a chain's end is of another kind")
    return Head(count, digest)


def _record(held: dict[str, Any]) -> Record:
    """Return a record whose values have the kinds that a database's have; their digests are checked elsewhere."""
    record = Record(**held)
    texts = {name: value for name, value in vars(record).items() if name not in {"sequence", "payload", "salt"}}
    if not all(isinstance(value, str) for value in texts.values()) or type(record.sequence) is not int:
        raise TypeError("a record's values are of other kinds")
    if not isinstance(record.payload, dict | None) or not isinstance(record.salt, str | None):
        raise TypeError("a record's payload or salt is of another kind")
    return record
