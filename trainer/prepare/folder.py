"""The folder that `prepare` fills, and the private one beside it.

``OUT/`` holds what can be handed on: ``train/``, ``val/`` and ``test/`` with 16-bit PNG, ``manifest.csv`` and
``prepare.json``, the options that were used. ``OUT-private/`` holds what cannot: the salt of the keys, ``sources.csv``
and ``skipped.csv`` with the paths of files, which may name patients, and the journal of a run that was cut off.
"""

from __future__ import annotations

import csv
import io
import json
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from medsr_viewer.errors import CannotWrite, UnreadableFile
from medsr_viewer.whole_files import write_whole
from trainer.images import MANIFEST, manifest_rows
from trainer.prepare.frames import DONE_IS_KEPT
from trainer.prepare.options import InvalidOptions, PrepareOptions

COLUMNS = (
    "file", "split", "source", "modality", "patient", "series", "sha256", "rows", "columns", "slope", "intercept",
    "unit", "black", "white", "inverted", "kspace_crop", "pixel_spacing_mm", "filter_score", "licence", "attribution",
    "origin",
)  # fmt: skip
"""Of the manifest. `pixels in modality units = slope * stored + intercept`; black and white are stored values."""
SKIPPED_COLUMNS = ("file", "frame", "reason")
SOURCES_COLUMNS = ("origin", "file", "frame")


class PreparedFolder:
    """A data folder in the making.

    Parameters
    ----------
    out : Path
        The folder; made where it is not there.

    Raises
    ------
    CannotWrite
        If it cannot be made.
    UnreadableFile
        If it holds a manifest, but its private folder with the salt is gone.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.private = out.with_name(f"{out.name}-private")
        self.staging = self.private / "staging"
        self._journal = self.private / "journal.jsonl"
        self._is_new = not (self.out.exists() or self.private.exists())
        self.rows = manifest_rows(out) if out.is_dir() else []
        if self.rows and not self._salt_path.is_file():
            raise UnreadableFile(
                self._salt_path,
                "it is missing, so the patients in the manifest cannot be recognised",
                "Put the private folder back beside the data folder, or choose a new folder.",
            )
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            self.private.mkdir(mode=0o700, exist_ok=True)
            self.staging.mkdir(exist_ok=True)
            if not self._salt_path.is_file():
                write_whole(self._salt_path, secrets.token_hex(32))
            self.salt = self._salt_path.read_text(encoding="ascii")
        except OSError as exc:
            raise CannotWrite(f"{out}: {exc.strerror}") from exc

    def abandon(self) -> None:
        """Remove the folder where it was made for nothing; one that was there before stays."""
        if self._is_new:
            shutil.rmtree(self.private)
            self.out.rmdir()

    @property
    def _salt_path(self) -> Path:
        return self.private / "salt.txt"

    def settings(self, options: PrepareOptions) -> dict[str, Any]:
        """Return the folder's ``prepare.json``, or a new one for these options.

        Raises
        ------
        InvalidOptions
            If the folder was made with others.
        """
        path = self.out / "prepare.json"
        asked = options.fixed()
        if not path.is_file():
            return asked
        try:
            known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            differ = [name for name, value in asked.items() if known.get(name) != value]
        except (OSError, ValueError, AttributeError) as exc:
            raise UnreadableFile(path, f"it is damaged ({exc})", "Choose a new folder.") from exc
        if differ:
            made = ", ".join(f"{name} {known.get(name)}" for name in differ)
            raise InvalidOptions(
                f"{self.out} was made with other options: {made}", "Give the same ones, or choose a new folder."
            )
        return known

    def write_settings(self, settings: Mapping[str, Any]) -> None:
        """Write ``prepare.json``."""
        write_whole(self.out / "prepare.json", json.dumps(settings, indent=2), advice=DONE_IS_KEPT)

    def journal(self) -> dict[str, dict[str, str]]:
        """Return what a run that was cut off had done: origin to row or reason. A line cut off counts as not done."""
        done = {}
        if self._journal.is_file():
            for line in self._journal.read_text(encoding="utf-8").splitlines():
                try:
                    origin, result = json.loads(line)
                except ValueError:
                    continue
                if "skipped" in result or self._where(result).is_file():
                    done[origin] = result
        return done

    def note(self, origin: str, result: Mapping[str, str]) -> None:
        """Write what came of a frame into the journal."""
        try:
            with self._journal.open("a", encoding="utf-8") as file:
                # The line before may have been cut off.
                file.write("\n" + json.dumps([origin, result]))
        except OSError as exc:
            raise CannotWrite(f"{self._journal}: {exc.strerror}") from exc

    def finish(self, rows: Sequence[Mapping[str, str]], sources: Iterable[Mapping[str, str]]) -> None:
        """Move what is kept to its place; then write the manifest, and remove the journal.

        Parameters
        ----------
        rows : sequence of mappings
            New rows of the manifest.
        sources : iterable of mappings
            Of ``sources.csv``.
        """
        try:
            for row in rows:
                target, now = self.out / row["file"], self._where(row)
                target.parent.mkdir(exist_ok=True)
                if now != target:
                    now.replace(target)
        except OSError as exc:
            raise CannotWrite(f"{self.out}: {exc.strerror}") from exc
        everything = sorted([*self.rows, *rows], key=lambda row: row["file"])
        self._write_csv(self.private / "sources.csv", SOURCES_COLUMNS, sources)
        self._write_csv(self.out / MANIFEST, COLUMNS, everything)
        self.rows = [dict(row) for row in everything]
        self._journal.unlink(missing_ok=True)
        for left in self.staging.iterdir():
            left.unlink()
        self.staging.rmdir()

    def write_skipped(self, skipped: Iterable[Mapping[str, str]]) -> Path:
        """Write ``skipped.csv``; return its path."""
        path = self.private / "skipped.csv"
        self._write_csv(path, SKIPPED_COLUMNS, skipped)
        return path

    def known_sources(self) -> list[dict[str, str]]:
        """Return the rows of ``sources.csv``."""
        path = self.private / "sources.csv"
        return manifest_rows(path) if path.is_file() else []

    def _where(self, row: Mapping[str, str]) -> Path:
        staged = self.staging / f"{row['origin']}.png"
        return staged if staged.is_file() else self.out / row["file"]

    def _write_csv(self, path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
        write_whole(path, text.getvalue(), advice=DONE_IS_KEPT)
