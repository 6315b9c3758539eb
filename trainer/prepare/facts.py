"""What the header of an image says that decides whether and how it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from medsr_viewer.imaging.dicom_file import open_dicom
from medsr_viewer.imaging.elements import number, numbers, text, value
from medsr_viewer.imaging.functional_groups import FrameHeader
from medsr_viewer.imaging.quiet import quiet
from medsr_viewer.imaging.read import readable
from medsr_viewer.imaging.study import Instance
from trainer.prepare.zero_filling import Acquisition

_TAGS = [
    "SOPClassUID", "ImageType", "ConversionType", "BurnedInAnnotation", "SeriesDescription", "Modality",
    "AcquisitionMatrix", "PercentSampling", "PercentPhaseFieldOfView", "InPlanePhaseEncodingDirection",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
]  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What a header says. Nothing of it names a patient, but what somebody wrote into the series' description."""

    modality: str
    sop_class: str = ""
    image_type: tuple[str, ...] = ()
    conversion: str = ""
    series_description: str = ""
    burned_in: bool = False
    acquisition: Acquisition | None = None


def read_facts(instance: Instance, frame: int, raster_modality: str = "") -> Facts:
    """Read an image's header.

    Parameters
    ----------
    instance : Instance
        Which file.
    frame : int
        Which frame, from 0.
    raster_modality : str
        Of files that do not say it.

    Raises
    ------
    UnreadableFile
        If the header is damaged.
    """
    modality = instance.modality or raster_modality
    if instance.is_raster:
        return Facts(modality)
    with readable(instance.path, instance.source), quiet(), open_dicom(instance.path, _TAGS) as file:
        ds = file.header
        return Facts(
            modality=modality,
            sop_class=text(ds, "SOPClassUID"),
            image_type=_texts(value(ds, "ImageType")),
            conversion=text(ds, "ConversionType").upper(),
            series_description=text(ds, "SeriesDescription"),
            burned_in=text(ds, "BurnedInAnnotation").upper() == "YES",
            acquisition=_acquisition(FrameHeader(ds, frame)) if modality == "MR" else None,
        )


def _acquisition(header: FrameHeader) -> Acquisition | None:
    """Return what is said in the header, or in the functional groups of an enhanced MR image (PS3.3 C.8.13.5.3)."""
    group = header.macro("MRFOVGeometrySequence", "MRAcquisitionFrequencyEncodingSteps")
    percents = number(group, "PercentSampling") or 0.0, number(group, "PercentPhaseFieldOfView") or 0.0
    frequency = number(group, "MRAcquisitionFrequencyEncodingSteps")
    phase = number(group, "MRAcquisitionPhaseEncodingStepsInPlane")
    if frequency and phase:
        in_rows = text(group, "InPlanePhaseEncodingDirection").upper().startswith("COL")
        return Acquisition(*((phase, frequency) if in_rows else (frequency, phase)), in_rows, *percents)
    matrix = numbers(header.header, "AcquisitionMatrix")
    if len(matrix) != 4:
        return None
    # What is encoded along a row counts columns: so scanners write it, and so the spectra of their images end.
    frequency_along_row, frequency_along_column, phase_along_row, phase_along_column = matrix
    rows, columns = frequency_along_column or phase_along_column, frequency_along_row or phase_along_row
    return Acquisition(rows, columns, phase_along_column > 0, *percents)


def _texts(found: Any) -> tuple[str, ...]:
    values = [found] if isinstance(found, str) else list(found or [])
    return tuple(str(part).strip().upper() for part in values)
