"""Small pictures of series, made in the background of those that are seen in the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import MedsrError
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.study import Series
from medsr_viewer.imaging.windowing import apply_voi
from medsr_viewer.ui.opening import ReadFrame
from medsr_viewer.ui.runner import Report, Runner
from medsr_viewer.ui.state import State

SIDE = 96
_REST_MS = 250


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """The small picture of a series.

    Parameters
    ----------
    uid : str
        Of the series.
    image : QImage or None
        None where the series cannot be read.
    problem : str
        Why it cannot.
    """

    uid: str
    image: QImage | None
    problem: str = ""


@dataclass(frozen=True, eq=False)
class ThumbnailJob:
    """Work for a runner: reports a Thumbnail of each series."""

    series: tuple[Series, ...]
    read_frame: ReadFrame

    def __call__(self, token: CancelToken, report: Report) -> None:
        """Run, in the worker's thread."""
        for one in self.series:
            token.check()
            report(self._thumbnail(one))

    def _thumbnail(self, series: Series) -> Thumbnail:
        try:
            frame = self.read_frame(*series.locate(series.frame_count // 2))
        except MedsrError as exc:
            return Thumbnail(series.uid, None, f"{exc.title}: {exc}")
        return Thumbnail(series.uid, thumbnail_image(frame))


class Thumbnails(QObject):
    """Makes small pictures once nothing else has been asked for a moment: an image to be shown comes first.

    Parameters
    ----------
    state : State
        The image on screen.
    runner : Runner
        For thumbnails alone.
    read_frame : callable
        What decodes.
    parent : QObject, optional
        Owner.
    """

    ready = Signal(str)
    """The series' uid."""

    def __init__(self, state: State, runner: Runner, read_frame: ReadFrame, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._read_frame = runner, read_frame
        self._made: dict[str, Thumbnail] = {}
        self._wanted: tuple[Series, ...] = ()
        self._rested = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rested.timeout.connect(self._make)
        state.image_changed.connect(self._give_way)
        runner.progressed.connect(self._on_made)

    def of(self, uid: str) -> Thumbnail | None:
        """Return the thumbnail of a series, if it is there."""
        return self._made.get(uid)

    def want(self, series: Sequence[Series]) -> None:
        """Say which series are seen; what was wanted before is wanted no more."""
        self._wanted = tuple(series)
        self._rested.start()

    def forget(self) -> None:
        """Drop all: other files are open."""
        self._runner.cancel()
        self._made = {}
        self._wanted = ()

    @Slot()
    def _make(self) -> None:
        missing = tuple(series for series in self._wanted if series.uid not in self._made)
        if missing:
            self._runner.submit(ThumbnailJob(missing, self._read_frame))

    @Slot()
    def _give_way(self) -> None:
        self._runner.cancel()
        self._rested.start()

    @Slot(object)
    def _on_made(self, thumbnail: Thumbnail) -> None:
        self._made[thumbnail.uid] = thumbnail
        self.ready.emit(thumbnail.uid)


def thumbnail_image(frame: Frame) -> QImage:
    """Return a frame through its first window, at most 96 pixels long, in RGB."""
    pixels = frame.pixels
    if frame.valid is not None:
        pixels = pixels.copy()
        pixels[~frame.valid] = frame.value_range[0]
    factor = min(1.0, SIDE / max(pixels.shape[:2]))
    size = max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32)
    if small.ndim == 3:
        shown = np.clip(small / np.float32(frame.stored_maximum or frame.value_range[1] or 1.0), 0.0, 1.0)
    else:
        shown = apply_voi(small, frame.vois[0])
        shown = np.repeat((1 - shown if frame.inverted else shown)[..., None], 3, axis=2)
    levels = np.ascontiguousarray(np.rint(shown * 255.0).astype(np.uint8))
    # A copy: QImage does not own the array's memory.
    return QImage(levels.data, size[0], size[1], size[0] * 3, QImage.Format.Format_RGB888).copy()
