"""What a run tells of itself: log.csv, and TensorBoard's event files where tensorboard is installed."""

from __future__ import annotations

import csv
import io
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.whole_files import write_whole
from trainer.checkpoint import GOES_ON

LOG = "log.csv"
EVENTS = "events"
Row = dict[str, Any]


class RunLog:
    """Rows, one a validation.

    They are part of the checkpoint, from which ``log.csv`` is written anew each time: a kill loses no row, and a resume
    writes none twice.

    Parameters
    ----------
    run : Path
        Run folder.
    report : callable
        Takes a line of progress.
    """

    def __init__(self, run: Path, report: Callable[[str], None]) -> None:
        self.run, self.report = run, report
        self.rows: list[Row] = []
        self._writer: Any = None
        self._usual_hook = threading.excepthook

    def begin(self, rows: Sequence[Row] = ()) -> None:
        """Start, or go on after the rows of a checkpoint: what was logged beyond them is dropped."""
        self.rows = list(rows)
        if self.rows:
            self._write_csv()
        threading.excepthook = self._quiet_about_events
        with self._doing_without_events():
            self._writer = self._event_writer()

    def add(self, row: Row) -> None:
        """Take in a row. `write` puts it on disk, after the checkpoint."""
        self.rows.append(row)
        self.report("  ".join(f"{key} {value}" for key, value in row.items()))

    def write(self, sheet: NDArray[np.uint8] | None = None) -> None:
        """Write what was added, with a sheet of sample pictures, (H, W).

        Raises
        ------
        CannotWrite
            If the disk is full, or the folder may not be written to.
        """
        self._write_csv()
        with self._doing_without_events():
            self._write_events(sheet)

    def close(self) -> None:
        """Close the event file."""
        with self._doing_without_events():
            if self._writer is not None:
                self._writer.close()
        threading.excepthook = self._usual_hook

    @contextmanager
    def _doing_without_events(self) -> Iterator[None]:
        """Go on without event files where they cannot be written: log.csv and the checkpoint are what counts."""
        try:
            yield
        except OSError as exc:
            self._writer = None
            self.report(f"no more TensorBoard files ({self.run / EVENTS}: {exc.strerror or exc}); log.csv goes on")

    def _quiet_about_events(self, failed: threading.ExceptHookArgs) -> None:
        # TensorBoard writes in a thread of its own, which prints what the next call raises here as well.
        ours = type(failed.thread).__module__.startswith("tensorboard.")
        if not (ours and isinstance(failed.exc_value, OSError)):
            self._usual_hook(failed)

    def _write_events(self, sheet: NDArray[np.uint8] | None) -> None:
        if self._writer is None:
            return
        row = self.rows[-1]
        for key, value in row.items():
            if key != "step" and isinstance(value, int | float):
                self._writer.add_scalar(_tag(key), value, row["step"])
        if sheet is not None:
            self._writer.add_image("samples", sheet[None], row["step"])
        self._writer.flush()

    def _write_csv(self) -> None:
        columns = list(dict.fromkeys(key for row in self.rows for key in row))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        writer.writerows(self.rows)
        write_whole(self.run / LOG, text.getvalue(), advice=GOES_ON)

    def _event_writer(self) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # of packages that tensorboard imports
                from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            self.report("no TensorBoard files: `pip install 'medsr-viewer[train]'` for them; log.csv holds the figures")
            return None
        after = self.rows[-1]["step"] + 1 if self.rows else None
        return SummaryWriter(str(self.run / EVENTS), purge_step=after)


def rounded(figures: Mapping[str, float]) -> Row:
    """Return figures with as many digits as they are worth, for a row."""
    return {name: float(f"{value:.6g}") for name, value in figures.items()}


def _tag(key: str) -> str:
    """Group curves by what they show, training beside validation: ``xray_psnr_db`` becomes ``psnr_db/xray``."""
    for figure in ("psnr_db", "gain_db", "ssim", "perceptual_distance", "consistency"):
        if key.endswith(f"_{figure}"):
            return f"{figure}/{key.removesuffix(f'_{figure}')}"
    return f"loss/{key}" if "loss" in key else f"run/{key}"
