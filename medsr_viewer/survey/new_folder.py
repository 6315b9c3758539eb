"""Making a survey's folder: beside its place, under another name, so that it is there whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from sqlalchemy.engine import URL, make_url

from medsr_viewer.errors import CannotWrite, InputError, SurveyError
from medsr_viewer.survey.folder import MODIFIED, Created, SurveyFolder, record_created
from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.survey.sealing import Sealed
from medsr_viewer.survey.site_blocks import give_block
from medsr_viewer.survey.sources import holds_paths, sources_file_of
from medsr_viewer.survey.store import Store, create_store
from medsr_viewer.survey.store.database import Database
from medsr_viewer.whole_files import write_whole

_OWNER_ALONE = 0o600


def stimulus_content(pixels: ArrayLike) -> bytes:
    """Return the file of a stimulus: float32, uncompressed, the same for the same pixels."""
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(pixels, "<f4"), allow_pickle=False)
    return buffer.getvalue()


@contextmanager
def new_folder(path: Path) -> Iterator[NewFolder]:
    """Begin a survey's folder; what was written is removed again unless `NewFolder.finish` was called.

    Parameters
    ----------
    path : Path
        Missing, or an empty folder.

    Raises
    ------
    SurveyError
        If there is something already.
    CannotWrite
        If it cannot be made.
    """
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise SurveyError(f"{path}: there is something already", "Choose a new folder.")
        staging = path.absolute().with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        (staging / "folder").mkdir(parents=True)
    except OSError as exc:
        raise CannotWrite(f"{path}: {exc.strerror or exc}") from exc
    try:
        yield NewFolder(path, staging)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


class NewFolder:
    """A survey's folder in the making; see `new_folder`.

    Attributes
    ----------
    made : SurveyFolder
        Where it is made.
    """

    def __init__(self, path: Path, staging: Path) -> None:
        self._path = path
        self.made = SurveyFolder(staging / "folder")
        self._staged = staging / "staged"
        self._stimuli: dict[str, str] = {}

    def add_stimulus(self, pixels: ArrayLike) -> tuple[str, str]:
        """Keep the pixels of a stimulus.

        Parameters
        ----------
        pixels : (H, W) or (H, W, 3) array
            In modality units; kept as float32. Of equal shape for all stimuli of a case: their files are of equal size.

        Returns
        -------
        identifier, digest : str
            Its random name, and the SHA-256 of its file: see `Stimulus`.

        Raises
        ------
        CannotWrite
            If it cannot be written.
        """
        content, identifier = stimulus_content(pixels), secrets.token_hex(16)
        write_whole(self._staged / identifier, content, durable=False)
        self._stimuli[identifier] = hashlib.sha256(content).hexdigest()
        return identifier, self._stimuli[identifier]

    def finish(self, *, design: str, plan: str, sealed: Sealed, sources: str = "", url: str = "") -> SurveyFolder:
        """Write everything else, and put the folder in its place.

        Parameters
        ----------
        design, plan : str
            Contents of design.toml and plan.json.
        sealed : Sealed
            The allocation.
        sources : str
            Content of the file of sources, which stands beside the folder; "": none.
        url : str
            PostgreSQL database; "": an SQLite file in the folder.

        Raises
        ------
        InputError
            If the URL is none, or holds a password.
        SurveyError
            If the database holds a survey already, or cannot be reached.
        CannotWrite
            If a file cannot be written.
        """
        folder, survey_id = self.made, secrets.token_hex(16)
        documents = {
            folder.design_file: design.encode("utf-8"),
            folder.plan_file: plan.encode("utf-8"),
            folder.sealed_file: sealed.to_json().encode("utf-8"),
        }
        for path, content in documents.items():
            write_whole(path, content)
        self._place_stimuli()
        design_digest, plan_digest, sealed_digest = (
            hashlib.sha256(content).hexdigest() for content in documents.values()
        )
        stimuli = dict(sorted(self._stimuli.items()))
        created = Created(survey_id, design_digest, plan_digest, sealed_digest, sealed.commitment, stimuli)
        beside = sources_file_of(self._path)
        if sources:  # before the folder appears: a survey without its sources could not be made again
            write_whole(beside, sources, mode=_OWNER_ALONE)
        try:
            return _complete(folder, created, self._path, url)
        except BaseException:
            if sources:
                beside.unlink(missing_ok=True)
            raise

    def _place_stimuli(self) -> None:
        # Copied in the order of their random names: inodes, birth times and directory order of files written in the
        # order of computation would tell the conditions.
        for identifier in sorted(self._stimuli):
            _copy_stimulus(self._staged / identifier, self.made.stimulus_file(identifier))


def copy_for_site(folder: SurveyFolder, path: Path, observers: int = 0) -> SurveyFolder:
    """Make a folder in which another site rates the same survey; its records are merged later.

    A plain copy is none: two databases would continue one chain, and their observers be shown the same orders.

    Parameters
    ----------
    folder : SurveyFolder
        Whose design, plan, sealed allocation and stimuli are copied; no record but the first is.
    path : Path
        Missing, or an empty folder.
    observers : int
        How many of the prepared orders are the other site's from now on; 0: half of those that are left here.

    Raises
    ------
    SurveyError, CannotWrite
        As of `new_folder`; if the survey is closed, its design names files, as those of older versions do, or a file
        of it was changed.
    """
    created = folder.created
    _refuse_paths(folder.design_file)
    prepared = len(read_plan(folder.plan_file).sequences)
    with new_folder(path) as new, folder.open() as store:
        copied = new.made
        for source, target in (
            (folder.design_file, copied.design_file),
            (folder.plan_file, copied.plan_file),
            (folder.sealed_file, copied.sealed_file),
        ):
            write_whole(target, source.read_bytes())
        for identifier in created.stimuli:
            folder.load_stimulus(identifier, mapped=True)
            _copy_stimulus(folder.stimulus_file(identifier), copied.stimulus_file(identifier))
        return _complete(copied, created, path, "", lambda copy: give_block(store, copy, prepared, observers))


def _refuse_paths(design_file: Path) -> None:
    if holds_paths(design_file.read_text("utf-8-sig")):
        raise SurveyError(
            f"{design_file}: it names files, which may have patients' names: an older version of the program wrote it",
            "Set the survey up again by this design, and give that to the other site.",
        )


def _complete(
    folder: SurveyFolder, created: Created, path: Path, url: str, begin: Callable[[Store], object] = lambda _store: None
) -> SurveyFolder:
    if url:
        check_address(url)
        write_whole(folder.store_file, f"url = {json.dumps(url)}\nsurvey_id = {json.dumps(created.survey_id)}\n")
    place = url or URL.create("sqlite", database=str(folder.database_file))
    with create_store(place, created.survey_id) as store:
        record_created(store, created)
        begin(store)
    try:
        if path.exists():
            path.rmdir()
        folder.path.rename(path)
    except OSError as exc:
        raise CannotWrite(f"{path}: {exc.strerror or exc}") from exc
    return SurveyFolder(path)


def check_address(url: str) -> None:
    """Check the address of a database, before it is reached.

    Raises
    ------
    InputError
        If it is none, holds a password, or names a server that the password in the environment is not for.
    """
    Database(url, 1).close()
    parsed = make_url(url)
    if parsed.password is not None or "password" in parsed.query:
        raise InputError(
            "the address of the database holds a password, which would stand in store.toml",
            "Leave it out, and set MEDSR_SURVEY_PASSWORD and MEDSR_SURVEY_SERVER, or ~/.pgpass, on each workstation.",
        )


def _copy_stimulus(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        write_whole(target, lambda written: shutil.copyfileobj(file, written))
    os.utime(target, (MODIFIED, MODIFIED))
