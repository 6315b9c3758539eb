"""From a file's header to an `Instance` and what its series and study are called. Pixels are not read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsr_viewer.imaging.decoding import check_syntax
from medsr_viewer.imaging.dicom_file import open_dicom
from medsr_viewer.imaging.elements import integer, text
from medsr_viewer.imaging.functional_groups import FrameHeader
from medsr_viewer.imaging.geometry import read_cosines, read_position
from medsr_viewer.imaging.kinds import FileKind
from medsr_viewer.imaging.raster import read_raster_size
from medsr_viewer.imaging.study import Instance

_TAGS = [
    "SpecificCharacterSet",
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "StudyDate",
    "StudyDescription",
    "SeriesDescription",
    "SeriesNumber",
    "InstanceNumber",
    "Modality",
    "BodyPartExamined",
    "PatientName",
    "PatientID",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "PixelRepresentation",
]


@dataclass(frozen=True)
class Labels:
    """What a file says about the series and the study that it belongs to."""

    series_number: int | None = None
    series_description: str = ""
    body_part: str = ""
    patient_name: str = ""
    patient_id: str = ""
    study_date: str = ""
    study_description: str = ""


@dataclass(frozen=True)
class HeaderRecord:
    """One readable file: its instance, and the labels of its series and study."""

    instance: Instance
    labels: Labels


def read_header(path: Path, source: str, kind: FileKind) -> HeaderRecord:
    """Read what grouping and the corners of a panel need.

    Parameters
    ----------
    path : Path
        The file.
    source : str
        How the user knows it.
    kind : {"DICOM", "PNG", "JPEG", "TIFF"}
        What its first bytes say.

    Raises
    ------
    HeaderError, DecodeError
        If it holds no image, or none that can be read.
    """
    return _read_dicom(path, source) if kind == "DICOM" else _read_raster(path, source, kind)


def _read_dicom(path: Path, source: str) -> HeaderRecord:
    with open_dicom(path, _TAGS) as file:
        layout = file.layout()
        check_syntax(file.syntax, layout)
        ds = file.header
    first = FrameHeader(ds, 0)
    instance = Instance(
        path=path,
        source=source,
        sop_instance_uid=text(ds, "SOPInstanceUID"),
        # A file without UIDs stands alone.
        series_uid=text(ds, "SeriesInstanceUID") or f"file:{source}",
        study_uid=text(ds, "StudyInstanceUID") or f"file:{source}",
        modality=text(ds, "Modality")[:16],
        rows=layout.rows,
        columns=layout.columns,
        frame_count=layout.frames,
        instance_number=integer(ds, "InstanceNumber"),
        position=read_position(first),
        orientation=read_cosines(first),
    )
    return HeaderRecord(instance, _labels(ds))


def _labels(ds: Any) -> Labels:
    date = text(ds, "StudyDate")
    return Labels(
        series_number=integer(ds, "SeriesNumber"),
        series_description=text(ds, "SeriesDescription"),
        body_part=text(ds, "BodyPartExamined"),
        patient_name=_person(text(ds, "PatientName")),
        patient_id=text(ds, "PatientID"),
        study_date=f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 and date.isdigit() else date,
        study_description=text(ds, "StudyDescription"),
    )


def _person(name: str) -> str:
    """Return a person's name for display: "Family, Given" of the first group that is not empty (PS3.5 6.2.1)."""
    group = next((part for part in name.split("=") if part.strip("^ ")), "")
    family, *others = group.split("^")
    given = " ".join(part for part in others if part)
    return f"{family}, {given}" if family and given else family or given


def _read_raster(path: Path, source: str, kind: FileKind) -> HeaderRecord:
    size = read_raster_size(path, kind)
    folder, _, name = source.replace("\\", "/").rpartition("/")
    instance = Instance(
        path=path,
        source=source,
        sop_instance_uid="",
        series_uid=f"file:{source}",
        study_uid=f"folder:{folder}",
        modality="",
        rows=size.rows,
        columns=size.columns,
        frame_count=size.pages,
        is_raster=True,
    )
    return HeaderRecord(instance, Labels(series_description=name, study_description=folder.rpartition("/")[2]))
