"""From the files that were found to the frames that are to be prepared, each with its patient's key and its split."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from medsr_viewer.imaging.study import Instance, Series, Study
from trainer.prepare.frames import Unit
from trainer.prepare.options import PrepareOptions
from trainer.prepare.splits import key_of, split_of

_SUSPICIOUS = 5


def plan(studies: Sequence[Study], options: PrepareOptions, salt: str) -> list[Unit]:
    """Return the frames to prepare; a frame that was found twice is in it once.

    Parameters
    ----------
    studies : sequence of Study
        What was found.
    options : PrepareOptions
        Split, stride and what tells patients apart.
    salt : str
        Of the keys.
    """
    units: dict[str, Unit] = {}
    for study in studies:
        for series in study.series:
            for instance, frame in _frames(series)[:: options.stride]:
                unit = _unit(study, series, instance, frame, options, salt)
                units.setdefault(unit.origin, unit)
    return list(units.values())


def shared_patient_warning(studies: Sequence[Study], options: PrepareOptions) -> str:
    """Return a warning where all studies state one Patient ID, as some anonymisers leave them; "" elsewhere."""
    stated = Counter(study.patient_id.strip() for study in studies if study.patient_id.strip())
    if options.patient_by != "id" or len(stated) != 1 or stated.total() < _SUSPICIOUS:
        return ""
    return (
        f"all {stated.total()} studies state one patient: where an anonymiser replaced every ID, "
        "say --patient-by study, so that not all of them are in one split"
    )


def _frames(series: Series) -> list[tuple[Instance, int]]:
    return [(instance, frame) for instance in series.instances for frame in range(instance.frame_count)]


def _unit(study: Study, series: Series, instance: Instance, frame: int, options: PrepareOptions, salt: str) -> Unit:
    # Files are told apart by their content, never by their place: the same file may come from elsewhere tomorrow.
    image = f"{instance.sop_instance_uid or _content(instance.path)}#{frame}"
    patient = _patient(study, instance, options)
    return Unit(
        instance=instance,
        frame=frame,
        patient=key_of(patient, salt),
        series=key_of(f"{patient}/{series.uid}", salt) if not instance.is_raster else key_of(image, salt),
        origin=key_of(image, salt),
        split=split_of(patient if options.split == "patient" else image, options.shares, options.seed),
    )


def _patient(study: Study, instance: Instance, options: PrepareOptions) -> str:
    if instance.is_raster and options.patient_pattern:
        found = re.search(options.patient_pattern, Path(instance.source).name)
        if found and found.group(1):
            return f"name:{found.group(1)}"
    if options.patient_by == "id" and study.patient_id.strip():
        return f"id:{study.patient_id.strip()}"
    has_study = not instance.is_raster and not study.uid.startswith("file:")
    if options.patient_by != "file" and has_study:
        return f"study:{study.uid}"
    return f"file:{_content(instance.path)}"


def _content(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
