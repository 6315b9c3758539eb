"""Leaks of the other files in a survey's folder: an allocation that lies open, a seed, a passphrase, notes, exports."""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.audit.finding import SET_UP_AGAIN, Finding
from medsr_viewer.survey.audit.paths import check_sources_apart, check_text_paths
from medsr_viewer.survey.audit.words import Secrets
from medsr_viewer.survey.giveaways import names_in
from medsr_viewer.survey.sealing import Sealed, unseal

KNOWN = frozenset(
    {"design.toml", "plan.json", "allocation.sealed", "allocation.json", "survey.sqlite", "survey.head", "store.toml"}
)
_READ = 8 << 20
_PIECE, _OVERLAP = 1 << 18, 1 << 10  # of a database: all of it at once would stop a window
_GUESSES = 5  # passphrases that are tried: each takes a tenth of a second
_SEED = re.compile(r"^[^\S\n]*#?.*\bseed\b[\"']?\s*[:=]\s*\d", re.IGNORECASE | re.MULTILINE)
_MOVE = "Move it out of the survey's folder."


def check_allocation(names: Collection[str], *, closed: bool) -> Iterator[Finding]:
    """Find the open allocation while rating goes on."""
    if "allocation.json" in names and not closed:
        yield Finding(
            "open allocation",
            "allocation.json says what every stimulus is, and the survey is not closed",
            "allocation.json",
            "Delete it if no observer can have read it; else set the survey up again.",
        )


def check_design_source(text: str, stimuli: Iterable[str]) -> Iterator[Finding]:
    """Find a seed, or a stimulus's identifier, in the text of a design file, comments included."""
    if _has_seed(tomllib.loads(text)) or _SEED.search(text):
        yield Finding(
            "seed",
            "the design holds the seed, of which the order of the images was drawn",
            "design.toml",
            f"The seed belongs in the sealed allocation alone. {SET_UP_AGAIN}",
        )
    if any(identifier in text for identifier in stimuli):
        yield Finding(
            "stimuli in the design",
            "the design, which names the conditions, names stimuli",
            "design.toml",
            SET_UP_AGAIN,
        )


def extra_files(names: Iterable[str]) -> list[str]:
    """Return the files of a survey's folder that are no part of it."""
    return [
        name
        for name in names
        if name not in KNOWN and not name.startswith(("stimuli/", "survey.sqlite-", "survey.sqlite."))
    ]


def check_extra_name(name: str, secrets: Secrets) -> Iterator[Finding]:
    """Find names of conditions in the name of a file that is no part of the survey."""
    if names_in(name, secrets.telling):
        yield Finding(
            "other files",
            "a file that is no part of the survey is named after a condition",
            f"*{Path(name).suffix}",
            _MOVE,
        )


def check_extra_content(content: bytes, where: str, secrets: Secrets) -> Iterator[Finding]:
    """Find what a file that is no part of the survey tells: which stimulus is what, or which conditions there are.

    Parameters
    ----------
    content : bytes
        Of the file, or its beginning.
    where : str
        Its name, for the message.
    secrets : Secrets
    """
    text = content.decode("utf-8", "replace")
    named = bool(names_in(text, secrets.telling))
    stimuli = any(identifier in text for identifier in secrets.stimuli)
    if stimuli and (named or '"meanings"' in text):
        yield Finding("other files", "a file names stimuli together with conditions", where, _MOVE)
    elif _SEED.search(text) and (named or "arrangement" in text):
        yield Finding("seed", "a copy of the design holds the seed", where, _MOVE)
    elif named:
        yield Finding("other files", "a file names a condition or method", where, _MOVE, "warning")


def check_archive(path: Path, where: str, secrets: Secrets) -> Iterator[Finding]:
    """Find what a bundle tells: an open allocation, paths, or as much as files of `check_extra_content`."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            name = entry.filename.rpartition("/")[2]
            inside = f"{where}: {name}" if not names_in(name, secrets.telling) else where
            if name == "allocation.json":
                yield Finding("exports", "an export holds the open allocation", inside, "Delete it, and export again.")
            elif names_in(entry.filename, secrets.telling):
                yield Finding("exports", "a file in an export is named after a condition", inside, _MOVE)
            elif not entry.is_dir() and not entry.flag_bits & 1:
                with archive.open(entry) as file:
                    content = file.read(_READ)
                if name not in KNOWN:
                    yield from check_extra_content(content, inside, secrets)
                if Path(name).suffix in {".toml", ".json"}:
                    yield from check_text_paths(content.decode("utf-8", "replace"), inside)
            yield from check_sources_apart([entry.filename])


def check_passphrase(contents: Mapping[str, bytes], sealed: Sealed) -> Iterator[Finding]:
    """Find the passphrase among small files: each first line is tried.

    Parameters
    ----------
    contents : mapping
        Name to content of files that are no part of the survey.
    sealed : Sealed
        The allocation.
    """
    for name, content in list(contents.items())[:_GUESSES]:
        line = content.partition(b"\n")[0].removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf")
        if not 0 < len(line) <= 1024:
            continue
        try:
            unseal(sealed, line.decode("utf-8"))
        except (SurveyError, UnicodeDecodeError):
            continue
        yield Finding(
            "passphrase", "the passphrase lies beside the allocation that it seals", name, f"{_MOVE} Keep it elsewhere."
        )


def read_extra(folder: Path, name: str) -> bytes:
    """Return the beginning of a file, or nothing where it cannot be read."""
    try:
        with (folder / name).open("rb") as file:
            return file.read(_READ)
    except OSError:
        return b""


def check_folder_name(path: Path, secrets: Secrets) -> Iterator[Finding]:
    """Find names of conditions in the path of the survey, which whoever opens it reads."""
    if names_in(str(path), secrets.telling):
        yield Finding(
            "folder",
            "the path of the survey names a condition or method",
            "its folder",
            "Rename the folder.",
            "warning",
        )


def check_database(content: bytes, where: str, secrets: Secrets) -> Iterator[Finding]:
    """Find names in the bytes of a database or its log: deleted rows and free pages are read too."""
    pieces = (content[start : start + _PIECE + _OVERLAP] for start in range(0, len(content), _PIECE))
    if any(names_in(piece.decode("utf-8", "replace"), secrets.telling) for piece in pieces):
        yield Finding(
            "bytes of the database", "it holds the name of a condition, maybe in what was deleted", where, SET_UP_AGAIN
        )


def _has_seed(held: Mapping[str, Any]) -> bool:
    return any(
        key.casefold() == "seed" or (isinstance(value, dict) and _has_seed(value)) for key, value in held.items()
    )
