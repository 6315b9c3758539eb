"""Opening paths and going from image to image, in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import MedsrError, NothingToOpen
from medsr_viewer.imaging.collect import Collection, Progress, collect
from medsr_viewer.imaging.decoder_process import DECODER, given_up_with
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.read import read_frame, sample_path
from medsr_viewer.imaging.study import Instance, Series, Study
from medsr_viewer.imaging.windowing import auto_window
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.runner import Report, Runner, Work
from medsr_viewer.ui.state import FileStamp, OpenImage, State

Collect: TypeAlias = Callable[[Sequence[Path], CancelToken, Progress], Collection]
ReadFrame: TypeAlias = Callable[[Instance, int], Frame]

_FEW = 3


@dataclass(frozen=True, eq=False)
class Opened:
    """What a search found, and its first image."""

    collection: Collection
    image: OpenImage


class Opening(QObject):
    """Finds images among paths, and shows one of them at a time.

    Parameters
    ----------
    state : State
        Takes what was found and the image shown.
    runner : Runner
        For searching.
    reader : Runner
        For reading frames: scrolling does not wait for a search.
    collect, read_frame : callable
        What searches and what decodes.
    parent : QObject, optional
        Owner.
    """

    opened = Signal(tuple)
    """The paths, once an image of theirs is shown."""
    searched = Signal(int, int)
    """Files done, and known so far."""
    failed = Signal(Failure)

    def __init__(
        self,
        state: State,
        runner: Runner,
        reader: Runner,
        collect: Collect = collect,
        read_frame: ReadFrame = read_frame,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._runner, self._reader = state, runner, reader
        self._collect, self._read_frame = collect, read_frame
        self._paths: tuple[Path, ...] = ()
        self._target: tuple[Study, Series, int] | None = None
        self._unread: tuple[Study, Series, int] | None = None
        runner.progressed.connect(self._on_progress)
        runner.succeeded.connect(self._on_opened)
        runner.failed.connect(self.failed)
        reader.succeeded.connect(self._on_read)
        reader.failed.connect(self._on_unread)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Search files, folders, zips and DICOMDIRs, and show the first image."""
        self._paths = tuple(paths)
        DECODER.start()  # ready by the time that a compressed image is found
        self._runner.submit(_search(lambda: self._paths, self._collect, self._read_frame))

    def open_sample(self) -> None:
        """Show the sample image."""
        self._paths = ()
        DECODER.start()
        self._runner.submit(_search(lambda: (sample_path(),), self._collect, self._read_frame))

    def show(self, study: Study, series: Series, index: int) -> None:
        """Show one image of a series; an index beyond its ends shows the nearest."""
        index = min(max(index, 0), series.frame_count - 1)
        wanted = (study, series, index)
        if wanted == self.target and wanted != self._unread:
            return
        self._target, self._unread = wanted, None
        self._reader.submit(_read(study, series, index, self._read_frame))

    def step(self, count: int) -> None:
        """Go forward or back by some images of the series."""
        if (target := self.target) is not None:
            study, series, index = target
            self.show(study, series, index + count)

    def go_to(self, index: int) -> None:
        """Show an image of the series in force; negative counts from the end."""
        if (target := self.target) is not None:
            study, series, _ = target
            self.show(study, series, index if index >= 0 else series.frame_count + index)

    def step_series(self, count: int) -> None:
        """Go to a following or preceding series."""
        if (target := self.target) is None:
            return
        everything = [(study, series) for study in self._state.collection.studies for series in study.series]
        uids = [series.uid for _, series in everything]
        index = uids.index(target[1].uid) + count
        if 0 <= index < len(everything):
            self.show(*everything[index], 0)

    @property
    def target(self) -> tuple[Study, Series, int] | None:
        """Where a step starts from: the image that is being read, or could not be, or the one shown."""
        if (wanted := self._target or self._unread) is not None:
            return wanted
        image = self._state.image
        return None if image is None else (image.study, image.series, image.index)

    @Slot(object)
    def _on_progress(self, progress: tuple[int, int]) -> None:
        self.searched.emit(*progress)

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        self._target = self._unread = None
        self._reader.cancel()
        self._state.set_collection(opened.collection)
        self._state.set_image(opened.image)
        self.opened.emit(self._paths)

    @Slot(object)
    def _on_read(self, image: OpenImage) -> None:
        self._target = None
        self._state.set_image(image)

    @Slot(Failure)
    def _on_unread(self, failure: Failure) -> None:
        self._target, self._unread = None, self._target  # so that steps go past it
        self.failed.emit(failure)


def _search(paths: Callable[[], Sequence[Path]], collect: Collect, read_frame: ReadFrame) -> Work:
    def work(token: CancelToken, report: Report) -> Opened:
        collection = collect(paths(), token, lambda done, total: report((done, total)))
        return Opened(collection, _first_image(collection, token, read_frame))

    return work


def _first_image(collection: Collection, token: CancelToken, read_frame: ReadFrame) -> OpenImage:
    """Read the first image that can be read."""
    failure: MedsrError | None = None
    for study in collection.studies:
        for series in study.series:
            try:
                return _load(study, series, 0, token, read_frame)
            except MedsrError as exc:
                failure = failure or exc
    if failure is not None:
        raise failure
    raise NothingToOpen(_why_nothing(collection))


def _read(study: Study, series: Series, index: int, read_frame: ReadFrame) -> Work:
    def work(token: CancelToken, _report: Report) -> OpenImage:
        return _load(study, series, index, token, read_frame)

    return work


def _load(study: Study, series: Series, index: int, token: CancelToken, read_frame: ReadFrame) -> OpenImage:
    instance, frame_index = series.locate(index)
    stamp = _stamp(instance.path)
    with given_up_with(token):
        frame = read_frame(instance, frame_index)
    # Here, in the worker: percentiles of many megapixels take longer than the window may stand still.
    suited = None if frame.is_colour else auto_window(frame.pixels, frame.valid)
    return OpenImage(study, series, instance, index, frame_index, frame, stamp, suited)


def _stamp(path: Path) -> FileStamp:
    try:
        found = path.stat()
    except OSError:
        return 0, 0  # reading it says what is wrong
    return found.st_mtime_ns, found.st_size


def _why_nothing(collection: Collection) -> str:
    skipped = collection.skipped
    if not skipped:
        return "there is no file among what was given"
    reasons = "; ".join(f"{Path(one.path).name}: {one.reason}" for one in skipped[:_FEW])
    more = f" and {len(skipped) - _FEW} more" if len(skipped) > _FEW else ""
    return f"no readable image: {reasons}{more}"
