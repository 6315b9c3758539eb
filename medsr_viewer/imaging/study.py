"""Study, Series, Instance: what was found, from headers alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instance:
    """One file that holds an image of one or more frames.

    Parameters
    ----------
    path : Path
        The file; for a member of a zip, its private extracted copy.
    source : str
        The file as the user knows it: the path given, or `archive.zip/member`.
    sop_instance_uid, series_uid, study_uid : str
        "" where the file has none.
    modality : str
        "CT", "MR" …; "" for rasters.
    rows, columns : int
        Size of a frame in pixels.
    frame_count : int
        At least 1.
    instance_number : int or None
        Instance Number (0020,0013).
    is_raster : bool
        A PNG, TIFF or JPEG file rather than DICOM.
    position : (float, float, float) or None
        Image Position (Patient), mm; of the first frame.
    orientation : tuple of six floats, or None
        Image Orientation (Patient): the direction of a row, then of a column; of the first frame.
    """

    path: Path
    source: str
    sop_instance_uid: str
    series_uid: str
    study_uid: str
    modality: str
    rows: int
    columns: int
    frame_count: int = 1
    instance_number: int | None = None
    is_raster: bool = False
    position: tuple[float, float, float] | None = None
    orientation: tuple[float, float, float, float, float, float] | None = None


@dataclass(frozen=True)
class Series:
    """Instances of one series, in the order of their position.

    Parameters
    ----------
    uid : str
        Series Instance UID; for rasters and files without one, made from the path.
    number : int or None
        Series Number.
    modality, description, body_part : str
        As in the headers; a raster's description is its file name.
    instances : tuple of Instance
        Never empty.
    warnings : tuple of str
        What is odd about the geometry.
    """

    uid: str
    number: int | None
    modality: str
    description: str
    body_part: str
    instances: tuple[Instance, ...]
    warnings: tuple[str, ...] = ()

    @property
    def frame_count(self) -> int:
        """Frames of all instances together."""
        return sum(instance.frame_count for instance in self.instances)

    def locate(self, index: int) -> tuple[Instance, int]:
        """Return the instance that holds a frame, and the frame's index in it.

        Parameters
        ----------
        index : int
            Frame of the series, from 0.

        Raises
        ------
        IndexError
            If the series has no such frame.
        """
        left = index
        for instance in self.instances:
            if 0 <= left < instance.frame_count:
                return instance, left
            left -= instance.frame_count
        raise IndexError(f"frame {index} of {self.frame_count}")


@dataclass(frozen=True)
class Study:
    """Series of one study of one patient.

    Parameters
    ----------
    uid : str
        Study Instance UID; for rasters, made from the folder.
    patient_name, patient_id : str
        As in the headers; "" for rasters. Never logged.
    date : str
        Study Date as "YYYY-MM-DD", or as written where it is not a date.
    description : str
        Study Description; for rasters, the folder's name.
    series : tuple of Series
        Never empty.
    """

    uid: str
    patient_name: str
    patient_id: str
    date: str
    description: str
    series: tuple[Series, ...]
