"""Values along the drawn line in the background, for every picture on screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal, Slot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.contents import DEGRADED, REFERENCE, is_map, line_name, method_of
from medsr_viewer.ui.display.drawn import Drawn
from medsr_viewer.ui.display.line import Line, Ruler
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.results import InputKey, Results, input_key, result_key
from medsr_viewer.ui.runner import Report, Runner
from medsr_viewer.ui.state import State
from medsr_viewer.workflows.profile import profile

Sample: TypeAlias = Callable[..., tuple[npt.NDArray[np.float64], FloatArray]]
"""`medsr_viewer.workflows.profile.profile`, or what stands in for it."""


@dataclass(frozen=True, eq=False)
class Curve:
    """The values of one panel.

    Parameters
    ----------
    panel : int
        Which one, from 0.
    name : str
        Of what it shows.
    values : ndarray
        (N,) float32; NaN where there is none.
    is_stepped : bool
        Whether they are of pixels larger than the reference's: blocks.
    """

    panel: int
    name: str
    values: FloatArray
    is_stepped: bool


@dataclass(frozen=True, eq=False)
class Profiles:
    """The values along a line.

    Parameters
    ----------
    key : InputKey
        Of the image, mode and scale factor that they are of.
    line : Line
        In reference pixels.
    distance : ndarray
        (N,) float64 from the line's start, in `distance_unit`.
    distance_unit : str
        "mm (calibrated)", "px of the reference".
    unit : str
        Of the values.
    curves : tuple of Curve
        One a panel that shows an image.
    """

    key: InputKey
    line: Line
    distance: npt.NDArray[np.float64]
    distance_unit: str
    unit: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class _Track:
    panel: int
    name: str
    picture: Picture
    revision: int
    computed: tuple[Region, ...] | None


@dataclass(frozen=True)
class ProfileJob:
    """Work for a runner: samples the pictures of the panels along a line.

    Parameters
    ----------
    key : InputKey
        Of the input.
    line : Line
        In reference pixels.
    tracks : tuple
        The pictures, and what of them is there.
    ruler : Ruler
        What lengths are measured in.
    unit : str
        Of the values.
    sample : callable
        What samples.
    """

    key: InputKey
    line: Line
    tracks: tuple[_Track, ...]
    ruler: Ruler
    unit: str
    sample: Sample

    def __call__(self, token: CancelToken, _report: Report) -> Profiles:
        """Run, in the worker's thread."""
        distance, curves = np.zeros(0), []
        for track in self.tracks:
            token.check()
            picture = track.picture
            valid = picture.level(0)[1]
            distance, values = self.sample(
                picture.pixels, self.line.start, self.line.end, picture.pixel_size, valid, track.computed
            )
            curves.append(Curve(track.panel, track.name, values, picture.pixel_size != 1))
        distance = distance * (self.ruler.measure(self.line) / self.line.pixels)
        unit = self.ruler.unit
        if self.ruler.spacing is None:
            unit = self.key.grid_pixels.replace("px", unit, 1)
        return Profiles(self.key, self.line, distance, unit, self.unit, tuple(curves))


class Profiling(QObject):
    """Keeps the values along the line up to date.

    Parameters
    ----------
    state : State
        The choices.
    results : Results
        The pictures.
    drawn : Drawn
        The line.
    runner : Runner
        For profiles alone.
    sample : callable
        What samples.
    parent : QObject, optional
        Owner.
    """

    changed = Signal()
    failed = Signal(Failure)

    def __init__(
        self,
        state: State,
        results: Results,
        drawn: Drawn,
        runner: Runner,
        sample: Sample = profile,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.profiles: Profiles | None = None
        """Of the image, mode and scale factor in force; None where there are none, or not yet."""
        self._state, self._results, self._drawn, self._runner = state, results, drawn, runner
        self._sample = sample
        self._sent: ProfileJob | None = None
        for signal in (state.image_changed, state.choices_changed, results.prepared_changed, runner.finished):
            signal.connect(self.refresh)
        drawn.line_changed.connect(self._on_line)
        results.entry_changed.connect(self._on_entry)
        runner.succeeded.connect(self._on_profiles)
        runner.failed.connect(self.failed)

    @property
    def has_line(self) -> bool:
        """Whether a line is drawn."""
        return self._drawn.line is not None

    @Slot()
    def refresh(self) -> None:
        """Sample what the panels show along the line, where that is not known; drop what is of another image."""
        job = self._job()
        if job is None:
            self._sent = None
            self._runner.cancel()
            self._set(None)
            return
        if self.profiles is not None and self.profiles.key != job.key:
            self._set(None)
        if job == self._sent:
            return
        if self._runner.is_busy and self._sent is not None and self._sent.key == job.key:
            return  # a line being dragged: the next one starts when this one ends, so that the plot follows
        self._sent = job
        self._runner.submit(job)

    @Slot(object)
    def _on_line(self, _line: Line | None) -> None:
        self.refresh()

    @Slot(str)
    def _on_entry(self, _method: str) -> None:
        self.refresh()

    def _job(self) -> ProfileJob | None:
        image, choices, line = self._state.image, self._state.choices, self._drawn.line
        if image is None or line is None:
            return None
        key = input_key(image, choices)
        if self._results.prepared_for(key) is None:
            return None
        tracks = [
            _Track(panel, line_name(content, choices.mode), picture, picture.revision, _computed(picture))
            for panel, content in enumerate(choices.contents)
            if (picture := self._picture(content, key)) is not None
        ]
        frame = image.frame
        unit = "luma" if frame.is_colour else frame.unit
        return ProfileJob(key, line, tuple(tracks), image.ruler(choices), unit, self._sample)

    def _picture(self, content: str, key: InputKey) -> Picture | None:
        images = self._results.prepared_for(key)
        if images is None or is_map(content):
            return None
        if content in (DEGRADED, REFERENCE):
            return images.degraded if content == DEGRADED else images.reference
        method = self._state.catalogue.find(method_of(content) or "", key.scale_factor)
        entry = self._results.entry(result_key(key, method, self._state.choices))
        return entry.picture if entry is not None else None

    @Slot(object)
    def _on_profiles(self, profiles: Profiles) -> None:
        image = self._state.image
        if image is not None and profiles.key == input_key(image, self._state.choices):
            self._set(profiles)

    def _set(self, profiles: Profiles | None) -> None:
        if profiles is not self.profiles:
            self.profiles = profiles
            self.changed.emit()


def _computed(picture: Picture) -> tuple[Region, ...] | None:
    return None if picture.arrived is None else tuple(picture.arrived)


def profiles_as_tsv(profiles: Profiles, source: str) -> str:
    """Return values along a line as tab-separated lines: a comment, the heading, then a line a sample.

    Parameters
    ----------
    profiles : Profiles
        The values.
    source : str
        Which image: the file's name and the frame.
    """
    unit = f" {profiles.unit}" if profiles.unit else ""
    grid = profiles.key.grid_pixels
    heading = [f"x {grid}", f"y {grid}", f"distance {profiles.distance_unit}"]
    heading += [f"{curve.name}{unit}" for curve in profiles.curves]
    count = len(profiles.distance)
    (x0, y0), (x1, y1) = profiles.line.start, profiles.line.end
    columns: list[npt.NDArray[Any]] = [np.linspace(x0, x1, count), np.linspace(y0, y1, count), profiles.distance]
    columns += [curve.values for curve in profiles.curves]
    lines = [f"# {source}, x{profiles.key.scale_factor}, {profiles.key.mode}", "\t".join(heading)]
    lines += ["\t".join(_cell(value) for value in row) for row in zip(*columns, strict=True)]
    return "\n".join(lines) + "\n"


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.7g}"
