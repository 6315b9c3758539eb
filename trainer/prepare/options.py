"""What `medsr-train prepare` is asked for."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from medsr_viewer.errors import InputError

SPLITS = ("train", "val", "test")
_FIXED = (
    "split", "shares", "seed", "patient_by", "patient_pattern", "min_side", "detail", "keep_zero_filling", "resize",
)  # fmt: skip
"""Options that a folder keeps for good: another value would move patients, or mix images of two kinds."""


class InvalidOptions(InputError):
    """An option of `prepare` has a value that makes no sense."""

    title = "These options cannot be used"


@dataclass(frozen=True)
class PrepareOptions:
    """How images are chosen, split and written.

    Attributes
    ----------
    split : {"patient", "random"}
        By patient, or image by image, as the papers did: then images of one patient are trained and validated on.
    shares : (float, float, float)
        Of patients (or images) for train, val and test; their sum is 1.
    seed : int
        Of the split. The same seed puts a patient into the same split in every folder.
    patient_by : {"id", "study", "file"}
        What tells patients apart: Patient ID, and where it is empty the study, and where there is none the file; or
        the study from the start, for sets whose IDs were all replaced by one; or the file.
    patient_pattern : str
        Regular expression for the names of raster files; its first group is the patient. Empty: each file is one.
    stride : int
        Every so many frames of a series are taken.
    min_side : int
        Pixels that the shorter side must have.
    detail : bool
        Keep the images whose detail score is above the mean of the set, as Beallor et al. did.
    draw : tuple of int
        Of what is left, so many images at random: one number, in all; three, for train, val and test, in place of the
        shares. Empty: all.
    keep_localisers, keep_captures : bool
        Keep localisers; keep secondary captures, screen shots and images with burned-in annotations.
    keep_zero_filling : bool
        Keep MR images as large as the scanner made them.
    resize : tuple of int
        (rows, columns) of every image; empty: as it is.
    modalities : tuple of str
        To keep; empty: all.
    raster_modality : str
        Of files that do not say it.
    source, licence, attribution : str
        For the manifest, and so for the model cards.
    """

    split: Literal["patient", "random"] = "patient"
    shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
    seed: int = 0
    patient_by: Literal["id", "study", "file"] = "id"
    patient_pattern: str = ""
    stride: int = 1
    min_side: int = 128
    detail: bool = False
    draw: tuple[int, ...] = ()
    keep_localisers: bool = False
    keep_captures: bool = False
    keep_zero_filling: bool = False
    resize: tuple[int, ...] = ()
    modalities: tuple[str, ...] = ()
    raster_modality: str = ""
    source: str = ""
    licence: str = ""
    attribution: str = ""

    def __post_init__(self) -> None:
        if min(self.shares) < 0 or not math.isclose(sum(self.shares), 1, abs_tol=1e-6):
            raise InvalidOptions(f"shares {self.shares} are not three shares of 1", "Say, for example, 0.8 0.1 0.1.")
        if self.stride < 1 or self.min_side < 1 or (self.resize and min(self.resize) < 1):
            raise InvalidOptions("stride, least side and size must be 1 or more", "Give positive whole numbers.")
        if (
            len(self.draw) not in (0, 1, 3)
            or any(count < 0 for count in self.draw)
            or (self.draw and not any(self.draw))
        ):
            raise InvalidOptions(
                f"{', '.join(map(str, self.draw))} images cannot be drawn",
                "Say how many in all, or three numbers: for train, val and test.",
            )
        try:
            groups = re.compile(self.patient_pattern).groups
        except re.error as exc:
            raise InvalidOptions(f"the patient pattern is no regular expression: {exc}", "Correct it.") from exc
        if self.patient_pattern and not groups:
            raise InvalidOptions("the patient pattern has no group", "Put the patient's part in parentheses.")

    @property
    def draws_splits(self) -> bool:
        """Whether images are drawn for each split, rather than splits made by shares."""
        return len(self.draw) == len(SPLITS)

    def fixed(self) -> dict[str, Any]:
        """Return the options that a folder keeps for good, as JSON holds them."""
        values = asdict(self)
        return {name: list(values[name]) if isinstance(values[name], tuple) else values[name] for name in _FIXED}
