"""Paths of files: they may hold patients' names, and lead who rates to the originals."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator

from medsr_viewer.survey.audit.finding import SET_UP_AGAIN, Finding
from medsr_viewer.survey.design_file import SURVEY_FORMAT
from medsr_viewer.survey.sources import SUFFIX, holds_paths

_PATH = re.compile(
    r"""(?:^|(?<=[\s"'(=,\[])|(?<=file:)|(?<=file://))      # addresses of servers hold "//" behind a colon
    (?:~?/[^\s"'/\\]+/[^\s"'/\\]                            # /folder/file, ~/folder/file
    |[A-Za-z]:[\\/]+[^\s"'/\\]                              # C:\file
    |\\\\+[^\s"'/\\]+\\+[^\s"'/\\])                         # \\server\folder
    """,
    re.VERBOSE | re.MULTILINE,
)
_BESIDE = f"Keep paths in the file of sources (NAME{SUFFIX}), beside the survey's folder and on your machine alone."


def check_design_paths(text: str) -> Iterator[Finding]:
    """Find paths in a survey's own design: other sites have it. Those of older versions all have them: a warning."""
    if not holds_paths(text) and not _PATH.search(text):
        return
    is_older = tomllib.loads(text).get("format") != SURVEY_FORMAT
    yield Finding(
        "paths of files",
        "the design, which other workstations and sites are given, names files",
        "design.toml",
        f"An older version wrote them there. {SET_UP_AGAIN}" if is_older else f"{_BESIDE} {SET_UP_AGAIN}",
        "warning" if is_older else "refuse",
    )


def check_text_paths(text: str, where: str) -> Iterator[Finding]:
    """Find an absolute path in a plan, in records, or in what was exported."""
    if _PATH.search(text):
        yield Finding("paths of files", "it holds the path of a file", where, f"{_BESIDE} {SET_UP_AGAIN}")


def check_sources_apart(names: Iterable[str]) -> Iterator[Finding]:
    """Find a file of sources inside the folder, from where it is copied along.

    Parameters
    ----------
    names : iterable of str
        Of all files of the folder.
    """
    for name in names:
        if name.casefold().endswith(SUFFIX) or name.casefold().rpartition("/")[2] == SUFFIX.removeprefix("."):
            yield Finding(
                "paths of files",
                "a file of sources, which says where the images came from, lies in the survey's folder",
                f"*{SUFFIX}",
                "Move it out of the survey's folder, beside it, and give it to nobody.",
            )
