"""Finding images among files, folders, zips and DICOMDIRs. Headers alone are read; a bad file never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import UnreadableFile
from medsr_viewer.imaging.read import readable
from medsr_viewer.imaging.study import Study

if TYPE_CHECKING:
    from medsr_viewer.imaging.headers import HeaderRecord

Progress = Callable[[int, int], None]

_NOT_AN_IMAGE = "not a DICOM, PNG, TIFF or JPEG file"
_NAMED_AS_IMAGES = (".dcm", ".dicom", ".ima", ".png", ".tif", ".tiff", ".jpg", ".jpeg")


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why.

    Parameters
    ----------
    path : str
        The file as the user knows it.
    reason : str
        Why, in one sentence.
    advice : str
        What to do about it, or "".
    is_foreign : bool
        Whether it is simply not an image, nor named like one: a text beside the images of a folder, say.
    """

    path: str
    reason: str
    advice: str = ""
    is_foreign: bool = False


@dataclass(frozen=True)
class Collection:
    """What was found: studies in order, and the files that were left out."""

    studies: tuple[Study, ...]
    skipped: tuple[Skipped, ...]


def no_progress(_done: int, _total: int) -> None:
    """Ignore progress."""


def collect(paths: Sequence[Path], token: CancelToken, progress: Progress = no_progress) -> Collection:
    """Read the headers of all images among the given paths.

    Parameters
    ----------
    paths : sequence of Path
        Files, folders (searched with all folders below), zips and DICOMDIRs. A file that is reached twice counts once.
    token : CancelToken
        Checked before each file.
    progress : callable
        Told the files done and the files known so far.

    Raises
    ------
    Cancelled
        If the token was cancelled.
    """
    from medsr_viewer.imaging.grouping import group
    from medsr_viewer.imaging.quiet import quiet

    search = _Search(token, progress)
    for path in paths:
        search.add(Path(path), str(path))
    while search.waiting:
        token.check()
        one = search.waiting.pop(0)
        with quiet():
            search.visit(one)
        search.done += 1
        progress(search.done, search.done + len(search.waiting))
    return Collection(group(search.records), tuple(sorted(search.skipped, key=lambda one: (one.path, one.reason))))


@dataclass(frozen=True)
class _Candidate:
    path: Path
    source: str
    in_zip: bool = False


@dataclass
class _Search:
    token: CancelToken
    progress: Progress
    waiting: list[_Candidate] = field(default_factory=list)
    records: list[HeaderRecord] = field(default_factory=list)
    skipped: set[Skipped] = field(default_factory=set)
    done: int = 0
    _seen: set[Path] = field(default_factory=set)

    def add(self, path: Path, source: str, *, in_zip: bool = False) -> None:
        """Put a file in the queue, or all files of a folder; each once."""
        try:
            real = path.resolve()
            if real in self._seen:
                return
            self._seen.add(real)
            if path.is_dir():
                self._add_folder(path, source, in_zip=in_zip)
            elif path.is_file():
                self.waiting.append(_Candidate(path, source, in_zip))
            elif not path.exists():
                self.skip(source, "there is no such file")
            else:
                self.skip(source, "it is not a regular file")
        except (OSError, ValueError, RuntimeError) as exc:  # a loop of links, a name that the system refuses
            self.skip(source, getattr(exc, "strerror", None) or "its name cannot be used")

    def skip(self, source: str, reason: str, advice: str = "", *, is_foreign: bool = False) -> None:
        """Note a file that is left out."""
        self.skipped.add(Skipped(source, reason, advice, is_foreign))

    def visit(self, one: _Candidate) -> None:
        """Read one file's header, or open one zip or DICOMDIR."""
        try:
            with readable(one.path, one.source):
                self._open(one)
        except UnreadableFile as exc:
            self.skip(one.source, exc.reason.removeprefix(f"{one.source}: "), exc.advice)

    def _open(self, one: _Candidate) -> None:
        from medsr_viewer.imaging.dicomdir import is_dicomdir
        from medsr_viewer.imaging.headers import read_header
        from medsr_viewer.imaging.kinds import kind_of

        kind = kind_of(one.path)
        if kind == "ZIP":
            self._open_zip(one)
        elif kind == "DICOM" and is_dicomdir(one.path):
            self._open_dicomdir(one)
        elif kind:
            self.records.append(read_header(one.path, one.source, kind))
        elif one.path.stat().st_size:
            is_foreign = not one.source.lower().endswith(_NAMED_AS_IMAGES)
            self.skip(one.source, _NOT_AN_IMAGE, UnreadableFile.advice, is_foreign=is_foreign)
        else:
            self.skip(one.source, "the file is empty", UnreadableFile.advice)

    def _add_folder(self, folder: Path, source: str, *, in_zip: bool) -> None:
        for child in sorted(folder.iterdir()):
            self.token.check()
            if child.name.startswith(".") or child.name == "__MACOSX":
                continue  # what file managers leave behind
            self.add(child, f"{source.rstrip('/')}/{child.name}", in_zip=in_zip)

    def _open_zip(self, one: _Candidate) -> None:
        from medsr_viewer.imaging.archive import unpack

        if one.in_zip:
            self.skip(one.source, "a zip inside a zip is not opened")
            return
        for name, result in unpack(one.path, self.token):
            source = f"{one.source}/{name}"
            if isinstance(result, str):
                self.skip(source, result)
            elif not any(part.startswith(".") or part == "__MACOSX" for part in name.split("/")):
                self.add(result, source, in_zip=True)

    def _open_dicomdir(self, one: _Candidate) -> None:
        from medsr_viewer.imaging.dicomdir import referenced_files

        folder = one.source.rpartition("/")[0]
        for name, found in referenced_files(one.path):
            source = f"{folder}/{name}" if folder else name
            if found is None:
                self.skip(source, "the DICOMDIR names it, but it is missing")
            else:
                self.add(found, source, in_zip=one.in_zip)
