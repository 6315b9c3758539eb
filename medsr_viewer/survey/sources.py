"""Where a survey's images came from: a file beside its folder, on the coordinator's machine alone.

Paths of files may hold patients' names, and lead who rates to the originals. The folder itself, which other
workstations and sites are given, therefore names no file: its design.toml has names of cases alone.
"""

from __future__ import annotations

import tomllib
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from medsr_viewer.errors import InvalidDesign
from medsr_viewer.survey.design import UNKNOWN, Design
from medsr_viewer.survey.toml_text import toml_line, toml_table

FORMAT = 1
SUFFIX = ".sources.toml"

_HEAD = (
    "# Where the images of the survey beside this file came from. Keep it to yourself: give it to no other site.\n"
    "# It is needed to simulate the survey, and to set one up by the same design. Correct a path where files moved.\n"
)


@dataclass(frozen=True)
class Sources:
    """Paths of a design.

    Parameters
    ----------
    handle : str
        32 random hexadecimal digits that the survey's design has too: the sources of another survey are not taken.
    cases, images : dict of str to Path
        By names of cases, and of conditions whose images were enhanced elsewhere.
    """

    handle: str
    cases: dict[str, Path] = field(default_factory=dict)
    images: dict[str, Path] = field(default_factory=dict)


def sources_file_of(folder: Path) -> Path:
    """Return the file beside a survey's folder: who copies the folder does not copy it along."""
    folder = folder.resolve()
    return folder.with_name(folder.name + SUFFIX)


def sources_of(design: Design, handle: str) -> Sources:
    """Return the paths of a design."""
    return Sources(
        handle,
        {case.name: case.path for case in design.cases},
        {condition.name: condition.images for condition in design.conditions if condition.images is not None},
    )


def with_sources(design: Design, sources: Sources) -> Design:
    """Return a design with the paths that sources have; the others stay unknown."""
    return replace(
        design,
        cases=tuple(replace(case, path=sources.cases.get(case.name, UNKNOWN)) for case in design.cases),
        conditions=tuple(
            condition
            if condition.images is None
            else replace(condition, images=sources.images.get(condition.name, UNKNOWN))
            for condition in design.conditions
        ),
    )


def sources_text(sources: Sources, folder: Path) -> str:
    """Return the content of a file of sources; paths inside the folder that it will stand in are relative to it."""
    parts = [_HEAD + toml_line("format", FORMAT) + "\n" + toml_line("survey", sources.handle) + "\n"]
    for table, paths in (("cases", sources.cases), ("images", sources.images)):
        for name, path in paths.items():
            lines = (toml_line("name", name), toml_line("path", relative(path, folder)))
            parts.append(toml_table(f"[[{table}]]", lines))
    return "\n".join(parts)


def read_sources(folder: Path, handle: str) -> Sources:
    """Find the sources of a survey beside its folder, under its name or another: it may be a copy, or renamed.

    Parameters
    ----------
    folder : Path
        The survey's.
    handle : str
        Of its design.

    Returns
    -------
    Sources
        No path is known where none of the files there is this survey's.

    Raises
    ------
    InvalidDesign
        If the file of the folder's own name cannot be read.
    """
    own = sources_file_of(folder)
    if own.is_file() and (found := _read(own)).handle == handle:
        return found
    for path in sorted(own.parent.glob(f"*{SUFFIX}")):
        with suppress(InvalidDesign):  # another survey's
            if path != own and (found := _read(path)).handle == handle:
                return found
    return Sources(handle)


def holds_paths(design: str) -> bool:
    """Whether the text of a design names files of cases or folders of images, as those of older surveys do."""
    held = tomllib.loads(design)
    return any(
        key in entry
        for table, key in (("cases", "path"), ("conditions", "images"))
        for entry in held.get(table, [])
        if isinstance(entry, dict)
    )


def check_sources(design: Design, origin: str) -> None:
    """Check that it is known where all images come from.

    Raises
    ------
    InvalidDesign
        If it is not: a survey was given to this machine without its file of sources.
    """
    missing = [f"cases[{place}].path" for place, case in enumerate(design.cases, 1) if case.path == UNKNOWN]
    missing += [f"conditions[{n}].images" for n, one in enumerate(design.conditions, 1) if one.images == UNKNOWN]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise InvalidDesign(
            f"{origin}: it is not known here where the images come from ({', '.join(missing[:3])}{more})",
            f"A survey keeps that on the machine that it was set up on, beside its folder, as NAME{SUFFIX}:"
            " work there, or write the paths into a design of your own.",
        )


def relative(path: Path, folder: Path) -> Path:
    """Return a path as a file of that folder holds it: relative where it is inside, else absolute."""
    path = path.absolute()
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def _read(path: Path) -> Sources:
    try:
        held = tomllib.loads(path.read_text("utf-8-sig"))
        if held["format"] != FORMAT:
            raise InvalidDesign(f"{path}: it was written by a newer version of the program", "Update this one.")
        tables = (
            {str(one["name"]): path.parent / str(one["path"]) for one in held.get(table, [])}
            for table in ("cases", "images")
        )
        return Sources(str(held["survey"]), *tables)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise InvalidDesign(
            f"{path}: the file of sources cannot be read, or is damaged",
            "Restore it from a backup, or move it away: only simulating, and a new survey by this design, need it.",
        ) from exc
