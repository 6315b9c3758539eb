"""Images and patients that are both trained and tested on, as far as manifests and files tell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.images import SUFFIXES, data_name, manifest_rows

TRAIN = "train"
PATIENT_COLUMNS = ("patient", "patient_id")


@dataclass(frozen=True)
class Leak:
    """What a tested split shares with a training split.

    Attributes
    ----------
    tested, trained : str
        Names of the data folders.
    patients : int
        Whose images are in both.
    images : tuple of str
        Names of tested files that are in the training split too, byte for byte or by the manifests' hash.
    """

    tested: str
    trained: str
    patients: int
    images: tuple[str, ...]


def find_leaks(places: Sequence[Path], split: str) -> list[Leak]:
    """Compare the tested split of every data folder with the training split of every one.

    Parameters
    ----------
    places : sequence of Path
        Data folders and manifests.
    split : str
        That is tested.
    """
    if split == TRAIN:
        return []
    found = []
    folders = [_Folder.read(place) for place in places]
    for tested in folders:
        for trained in folders:
            patients = tested.patients(split) & trained.patients(TRAIN)
            images = tuple(sorted({*_same_hash(tested, split, trained), *_same_bytes(tested, split, trained)}))
            if patients or images:
                found.append(Leak(data_name(tested.place), data_name(trained.place), len(patients), images))
    return found


def patient_leaks(places: Sequence[Path]) -> list[str]:
    """Return a line for each pair of data folders whose training and validation images share patients, with counts.

    Parameters
    ----------
    places : sequence of Path
        Data folders and manifests. Those without a column for patients say nothing.
    """
    said = []
    folders = [_Folder.read(place) for place in places]
    for tested in folders:
        patients = tested.patients("val")
        for trained in folders:
            shared = patients & trained.patients(TRAIN)
            if shared:
                images = sum(bool(_patients_of(row) & shared) for row in tested.rows("val"))
                count, of = len(shared), f"{len(patients)} patients in val of {data_name(tested.place)}"
                said.append(
                    f"Leak: {count} of {of} {'is' if count == 1 else 'are'} also in train of "
                    f"{data_name(trained.place)} ({images} validation images): the figures flatter, and "
                    "data.split is but a statement. `medsr-train prepare` splits by patient."
                )
    return said


def split_kind(place: Path) -> str:
    """Return how a data folder was split: "patient", "random" where train and val share patients, "" if not known."""
    folder = _Folder.read(place)
    trained, tested = folder.patients(TRAIN), folder.patients("val")
    if not trained or not tested:
        return ""
    return "random" if trained & tested else "patient"


@dataclass(frozen=True)
class _Folder:
    """A data folder or manifest, and its rows: read once, however many others it is compared with."""

    place: Path
    manifest: list[dict[str, str]]

    @classmethod
    def read(cls, place: Path) -> _Folder:
        return cls(place, manifest_rows(place))

    def rows(self, split: str) -> list[dict[str, str]]:
        """Return a split's rows: of a manifest by its column, of a folder by where the file lies, as they are read."""
        if self.place.is_file():
            return [row for row in self.manifest if row.get("split") == split]
        return [row for row in self.manifest if row["file"].startswith(f"{split}/")]

    def patients(self, split: str) -> set[str]:
        return {patient for row in self.rows(split) for patient in _patients_of(row)}

    def files(self, split: str) -> list[Path]:
        if self.place.is_file():
            return [path for row in self.rows(split) if (path := self.place.parent / row["file"]).is_file()]
        files = sorted((self.place / split).glob("*"))
        return [path for path in files if path.suffix.lower() in SUFFIXES and path.is_file()]


def _patients_of(row: dict[str, str]) -> set[str]:
    return {row[column] for column in PATIENT_COLUMNS if row.get(column)}


def _same_hash(tested: _Folder, split: str, trained: _Folder) -> Iterator[str]:
    known = {row["sha256"] for row in trained.rows(TRAIN) if row.get("sha256")}
    return (Path(row["file"]).name for row in tested.rows(split) if row.get("sha256") in known)


def _same_bytes(tested: _Folder, split: str, trained: _Folder) -> Iterator[str]:
    """Compare files of one size alone: to read a training set of thousands would take longer than to evaluate."""
    by_size: dict[int, list[Path]] = {}
    for path in tested.files(split):
        by_size.setdefault(path.stat().st_size, []).append(path)
    alike = [path for path in trained.files(TRAIN) if path.stat().st_size in by_size]
    known = set(map(_digest, alike))
    return (
        path.name
        for size in {path.stat().st_size for path in alike}
        for path in by_size[size]
        if _digest(path) in known
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
