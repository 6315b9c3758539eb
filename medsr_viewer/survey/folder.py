"""A survey's folder: which file is what, and whether each is still what the survey began with."""

from __future__ import annotations

import hashlib
import io
import os
import tomllib
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import URL

from medsr_viewer.errors import MedsrError, SurveyError, SurveyUnreachable
from medsr_viewer.survey.plan import Allocation
from medsr_viewer.survey.sealing import Sealed, allocation_bytes, allocation_from
from medsr_viewer.survey.store import Store, open_store
from medsr_viewer.survey.store.head_file import head_file_of
from medsr_viewer.whole_files import write_whole

FORMAT = 1
MODIFIED = 946684800
"""1 January 2000, UTC: the time of every stimulus's file."""
_RESTORE = "Restore the survey's folder from a backup, or copy it again from where it was set up."
_NO_STORE = "Give store.toml a url and a survey_id, or restore it from a backup."


@dataclass(frozen=True)
class Created:
    """Payload of a survey's first record: what it began with.

    Parameters
    ----------
    survey_id : str
        32 hexadecimal digits.
    design_digest, plan_digest, sealed_digest : str
        SHA-256 of design.toml, plan.json and allocation.sealed, hexadecimal.
    commitment : str
        Of the allocation; see `Sealed`.
    stimuli : dict of str to str
        SHA-256 of each stimulus's file, by identifier.
    format : int
        Of the folder.
    """

    survey_id: str
    design_digest: str
    plan_digest: str
    sealed_digest: str
    commitment: str
    stimuli: dict[str, str]
    format: int = FORMAT


class SurveyFolder:
    """The files of a survey; others in the folder are left alone. Made by `medsr_viewer.survey.new_folder`.

    Parameters
    ----------
    path : Path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.design_file = path / "design.toml"
        self.plan_file = path / "plan.json"
        self.sealed_file = path / "allocation.sealed"
        self.allocation_file = path / "allocation.json"
        self.stimuli_folder = path / "stimuli"
        self.database_file = path / "survey.sqlite"
        self.head_file = head_file_of(self.database_file)
        self.store_file = path / "store.toml"
        self._created: Created | None = None

    def stimulus_file(self, identifier: str) -> Path:
        """Return the file of a stimulus.

        Raises
        ------
        SurveyError
            If the identifier is not 32 hexadecimal digits: it would lead out of the folder.
        """
        if len(identifier) != 32 or set(identifier) - set("0123456789abcdef"):
            raise SurveyError(f"{self.plan_file}: {identifier!r} is no stimulus", _RESTORE)
        return self.stimuli_folder / f"{identifier}.npy"

    def open(self) -> Store:
        """Open the survey's records.

        Raises
        ------
        SurveyError
            If this is no survey's folder, one of a newer program, or its records cannot be opened.
        """
        store = self._open_store()
        try:
            self._created = created_in(store)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def created(self) -> Created:
        """What the survey began with; errors as of `open`."""
        if self._created is None:
            with self.open():
                pass
        assert self._created is not None  # noqa: S101 - open has set it
        return self._created

    def load_stimulus(self, identifier: str, *, mapped: bool = False) -> NDArray[np.float32]:
        """Return a stimulus's pixels, in modality units, checked against its digest.

        Parameters
        ----------
        identifier : str
            Of the stimulus.
        mapped : bool
            Map the file into memory rather than hold all of it: read-only.

        Returns
        -------
        (H, W) or (H, W, 3) float32 ndarray

        Raises
        ------
        SurveyError
            If it is not one of this survey's, is missing, or was changed.
        """
        path = self.stimulus_file(identifier)
        digest = self.created.stimuli.get(identifier)
        if digest is None:
            raise SurveyError(f"{path}: it is no stimulus of this survey", _RESTORE)
        try:
            content = path.read_bytes()
        except OSError as exc:
            raise SurveyError(f"{path}: it cannot be read: {exc.strerror or exc}", _RESTORE) from exc
        if hashlib.sha256(content).hexdigest() != digest:
            raise SurveyError(f"{path}: it was changed after the survey was set up", _RESTORE)
        pixels: NDArray[np.float32] = (
            np.load(path, mmap_mode="r", allow_pickle=False)
            if mapped
            else np.load(io.BytesIO(content), allow_pickle=False)
        )
        return pixels

    def set_dates(self) -> None:
        """Give the stimuli's files their one date again: who copies the folder gives them dates of their own.

        Where that is not permitted they keep them, and the auditor names it.
        """
        with suppress(OSError):
            for path in self.stimuli_folder.iterdir():
                if path.stat().st_mtime != MODIFIED:
                    os.utime(path, (MODIFIED, MODIFIED))

    def read_sealed(self) -> Sealed:
        """Return the sealed allocation.

        Raises
        ------
        SurveyError
            If it is missing or damaged.
        """
        try:
            return Sealed.from_json(self.sealed_file.read_bytes())
        except OSError as exc:
            raise SurveyError(f"{self.sealed_file}: it cannot be read: {exc.strerror or exc}", _RESTORE) from exc
        except SurveyError as exc:
            raise SurveyError(f"{self.sealed_file}: {exc.reason}", exc.advice) from exc

    def write_allocation(self, allocation: Allocation) -> None:
        """Write the unsealed allocation, once the survey is closed: its SHA-256 is the commitment."""
        write_whole(self.allocation_file, allocation_bytes(allocation))

    def read_allocation(self) -> Allocation:
        """Return the unsealed allocation.

        Raises
        ------
        SurveyError
            If the survey is not closed, or the file is not what was committed to.
        """
        try:
            content = self.allocation_file.read_bytes()
        except OSError as exc:
            raise SurveyError(
                f"{self.allocation_file}: {exc.strerror or exc}", "Close the survey first: `medsr survey close`."
            ) from exc
        if hashlib.sha256(content).hexdigest() != self.created.commitment:
            raise SurveyError(f"{self.allocation_file}: it is not the allocation that was committed to", _RESTORE)
        return allocation_from(content)

    def _open_store(self) -> Store:
        if not self.design_file.is_file() or not self.plan_file.is_file():
            raise SurveyError(f"{self.path}: it is no survey's folder", "Choose a folder that holds a design.toml.")
        if not self.store_file.exists():
            return open_store(URL.create("sqlite", database=str(self.database_file)))
        try:
            held = tomllib.loads(self.store_file.read_text("utf-8"))
            url, survey_id = str(held["url"]), str(held["survey_id"])
        except (OSError, ValueError, KeyError) as exc:
            raise SurveyError(f"{self.store_file}: it cannot be read, or lacks a key", _NO_STORE) from exc
        return open_store(url, survey_id)


def created_in(store: Store) -> Created:
    """Return what the survey began with, as the store's first record has it.

    Raises
    ------
    SurveyError
        If the record is missing or altered, or of a newer program.
    """
    first = [record for record in store.records(kinds=["created"]) if record.site == store.site]
    payload = first[0].payload if first else None
    if payload is None:
        raise SurveyError("the record of the survey's beginning is missing: it was not set up whole", _RESTORE)
    if payload.get("format") != FORMAT:
        raise SurveyError("the survey was made by a newer version of the program", "Install the newest version.")
    try:
        return Created(**payload)
    except TypeError as exc:
        raise SurveyError("the record of the survey's beginning was altered", _RESTORE) from exc


def record_created(store: Store, created: Created) -> None:
    """Record what the survey begins with."""
    store.append("created", asdict(created), key="survey")


def verify_folder(folder: SurveyFolder) -> list[str]:
    """Return in words what was altered in a survey: its records, and the files that they name. Nothing if all is whole.

    Parameters
    ----------
    folder : SurveyFolder
        Which.

    Raises
    ------
    SurveyUnreachable
        If its records cannot be looked at now: locked, no right to, a server that does not answer.
    """
    problems: list[str] = []
    try:
        with folder._open_store() as store:
            problems += store.verify()
            created = created_in(store)
            closed = any(record.site == store.site for record in store.records(kinds=["closed"]))
            problems += _file_problems(folder, created, closed)
    except SurveyUnreachable:
        raise
    except MedsrError as exc:
        problems.append(exc.reason)
    return problems


def _file_problems(folder: SurveyFolder, created: Created, closed: bool) -> list[str]:
    due = {
        folder.design_file: created.design_digest,
        folder.plan_file: created.plan_digest,
        folder.sealed_file: created.sealed_digest,
    }
    problems = []
    for identifier, digest in created.stimuli.items():
        due[folder.stimulus_file(identifier)] = digest
    if closed:
        due[folder.allocation_file] = created.commitment
    elif folder.allocation_file.exists():
        problems.append("allocation.json is there, and no record says that the survey was closed: it is not blind")
    for path, digest in due.items():
        name = path.relative_to(folder.path).as_posix()
        try:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    problems.append(f"{name} was changed after the survey was set up")
        except FileNotFoundError:
            problems.append(f"{name} is missing")
        except OSError as exc:
            problems.append(f"{name} cannot be read: {exc.strerror or exc}")
    return problems
