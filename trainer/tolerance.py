"""How many images may be unreadable before a folder counts as broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from medsr_viewer.errors import UnreadableFile

SHARE = 0.01
FEWEST = 10
"""Of fewer images none may be unreadable: one would be a tenth of them or more."""
LISTED = 20
LEFT_OUT = "left out: "
"""What a line begins with that names an image which is left out."""


def tolerated(count: int) -> int:
    """Return how many of that many images may be unreadable: 1 %, and of ten or more at least one."""
    return max(1, int(SHARE * count)) if count >= FEWEST else 0


class Unreadable:
    """The images that cannot be read, by data folder: a few are left out by name, more stop what needs them.

    Each folder is judged by itself, so that one that is half broken is not lost among thousands of others.

    Parameters
    ----------
    folders : iterable of str
        The data folder of every image.
    split : str
        What they are for.
    report : callable
        Takes a line about each image that is left out.
    """

    def __init__(self, folders: Iterable[str], split: str, report: Callable[[str], None]) -> None:
        self._counts: Mapping[str, int] = Counter(folders)
        self._split, self._report = split, report
        self._failed: dict[str, dict[str, UnreadableFile]] = {}

    def leave_out(self, failed: Sequence[tuple[str, UnreadableFile]]) -> None:
        """Take in images that cannot be read, with their data folders; report those that are new.

        Raises
        ------
        UnreadableFile
            If they are too many of a folder; the message names them.
        """
        new = [exc for folder, exc in failed if exc.path not in self._failed.get(folder, {})]
        for folder, exc in failed:
            self._failed.setdefault(folder, {})[exc.path] = exc
        for folder, found in self._failed.items():
            if len(found) > tolerated(self._counts[folder]):
                raise self._too_many(folder, list(found.values()))
        for exc in new:
            self._report(f"{LEFT_OUT}{exc}")

    def _too_many(self, folder: str, failed: Sequence[UnreadableFile]) -> UnreadableFile:
        listed = "; ".join(str(exc) for exc in failed[:LISTED])
        more = f"; and {len(failed) - LISTED} more" if len(failed) > LISTED else ""
        return UnreadableFile(
            f"{len(failed)} of {self._counts[folder]} images of {self._split!r} in {folder}",
            f"too many cannot be read: {listed}{more}",
            "Remove these files, or copy them again from where they came.",
        )
