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
from medsr_viewer.imaging.decoder_process import given_up_with
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.read import readable
from medsr_viewer.imaging.study import Instance, Series
from medsr_viewer.imaging.windowing import apply_voi
from medsr_viewer.ui.opening import ReadFrame
from medsr_viewer.ui.runner import Report, Runner
from medsr_viewer.ui.state import State

SIDE = 96
_REST_MS = 250
_WHEN_OPENED = "Its small picture is made when it is opened."
# One frame is decoded at a time: an image that is asked for meanwhile waits, up to 0.1 s for a megapixel of JPEG 2000.
# A small picture is worth half a second of that.
_LIGHT_PIXELS = 6_000_000


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """The small picture of a series.

    Parameters
    ----------
    uid : str
        Of the series.
    image : QImage or None
        None where there is none.
    note : str
        Why there is none.
    """

    uid: str
    image: QImage | None
    note: str = ""


@dataclass(frozen=True, eq=False)
class ThumbnailJob:
    """Work for a runner: reports a Thumbnail of each series.

    Parameters
    ----------
    series : tuple of Series
        Of which.
    shown : (str, Frame) or None
        The image on screen, and its series' uid: it needs no decoding.
    read_frame : callable
        What decodes.
    """

    series: tuple[Series, ...]
    shown: tuple[str, Frame] | None
    read_frame: ReadFrame

    def __call__(self, token: CancelToken, report: Report) -> None:
        """Run, in the worker's thread."""
        for one in self.series:
            token.check()
            report(self._thumbnail(one, token))

    def _thumbnail(self, series: Series, token: CancelToken) -> Thumbnail:
        if self.shown is not None and self.shown[0] == series.uid:
            return Thumbnail(series.uid, thumbnail_image(self.shown[1]))
        try:
            instance, index = series.locate(series.frame_count // 2)
            if _would_hold_up(instance):
                return Thumbnail(series.uid, None, _WHEN_OPENED)
            with given_up_with(token):
                return Thumbnail(series.uid, thumbnail_image(self.read_frame(instance, index)))
        except MedsrError as exc:
            return Thumbnail(series.uid, None, f"{exc.title}: {exc}")


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
        self._state = state
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
        image = self._state.image
        shown = (image.series.uid, image.frame) if image is not None else None
        missing = tuple(series for series in self._wanted if self._is_missing(series.uid, shown))
        if missing:
            self._runner.submit(ThumbnailJob(missing, shown, self._read_frame))

    def _is_missing(self, uid: str, shown: tuple[str, Frame] | None) -> bool:
        made = self._made.get(uid)
        return made is None or (made.image is None and shown is not None and shown[0] == uid)

    @Slot()
    def _give_way(self) -> None:
        self._runner.cancel()
        self._rested.start()

    @Slot(object)
    def _on_made(self, thumbnail: Thumbnail) -> None:
        self._made[thumbnail.uid] = thumbnail
        self.ready.emit(thumbnail.uid)


def _would_hold_up(instance: Instance) -> bool:
    if instance.is_raster or instance.rows * instance.columns <= _LIGHT_PIXELS:
        return False
    from medsr_viewer.imaging.decoders import NATIVE_SYNTAXES
    from medsr_viewer.imaging.dicom_file import open_dicom
    from medsr_viewer.imaging.quiet import quiet

    with readable(instance.path, instance.source), quiet(), open_dicom(instance.path, []) as file:
        return file.syntax not in NATIVE_SYNTAXES


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
