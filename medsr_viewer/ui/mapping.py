"""Error and SSIM maps in the background, for the panels that show one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Slot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.colour import luma
from medsr_viewer.imaging.frame import BoolArray, FloatArray
from medsr_viewer.ui.contents import is_error, is_map, method_of, methods_of
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.results import InputKey, Map, MapsByKey, ResultKey, Results, input_key, result_key
from medsr_viewer.ui.runner import Report, Runner
from medsr_viewer.ui.state import State

# Edges reach ten times what everything else does: a scale up to them would leave the rest black.
_PERCENTILE = 95.0
_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)
_SAMPLES = 1 << 18


@dataclass(frozen=True, eq=False)
class MappingJob:
    """Work for a runner: maps of some results against their reference.

    Parameters
    ----------
    key : InputKey
        Of the input.
    reference : ndarray
        (H, W) or (H, W, 3), in modality units.
    valid : ndarray or None
        (H, W) bool, False for padding.
    images : dict
        Content key to the result and its pixels.
    data_range : float
        For SSIM.
    unit : str
        Of the values.
    """

    key: InputKey
    reference: FloatArray
    valid: BoolArray | None
    images: dict[str, tuple[ResultKey, FloatArray]]
    data_range: float
    unit: str

    def __call__(self, token: CancelToken, _report: Report) -> tuple[InputKey, MapsByKey]:
        """Run, in the worker's thread. Signed errors share one scale, so that panels compare."""
        from medsr_viewer.metrics.error_map import signed_error
        from medsr_viewer.metrics.ssim import ssim_map

        reference = _gray(self.reference)
        arrays = {}
        for content, (_, pixels) in self.images.items():
            token.check()
            if is_error(content):
                arrays[content] = signed_error(reference, _gray(pixels))
            else:
                # A constant image has no range: any positive one tells equal from different.
                arrays[content] = ssim_map(reference, _gray(pixels), self.data_range or 1.0)
        limit = max((_reach(array) for content, array in arrays.items() if is_error(content)), default=0.0)
        errors = ColourScale.signed(_round_up(limit), self.unit)
        over = f"data range {self.data_range:.6g} {self.unit}".rstrip()
        similarity = ColourScale("sequential", 1.0, 0.0, "", f"SSIM over the full {over}")
        return self.key, {
            content: Map(
                self.images[content][0],
                Picture(array, 1, self.valid, unit=self.unit if is_error(content) else "").prepare(),
                errors if is_error(content) else similarity,
            )
            for content, array in arrays.items()
        }


class Mapping(QObject):
    """Keeps the maps on screen up to date.

    Parameters
    ----------
    state : State
        The choices.
    results : Results
        The images; takes the maps.
    runner : Runner
        For maps alone.
    parent : QObject, optional
        Owner.
    """

    def __init__(self, state: State, results: Results, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._results, self._runner = state, results, runner
        self._drawn: dict[str, tuple[ResultKey, FloatArray]] = {}
        self._limit: tuple[str, float] | None = None  # series, and the largest error told apart, if the user chose it
        state.choices_changed.connect(self.refresh)
        results.prepared_changed.connect(self.refresh)
        results.entry_changed.connect(self._on_entry)
        runner.succeeded.connect(self._on_maps)
        runner.failed.connect(self._on_failed)

    @Slot()
    def refresh(self) -> None:
        """Draw the maps that the panels show, where their methods are ready."""
        job = self._job()
        if job is None or not job.images:
            self._runner.cancel()
            self._drawn = {}
            return
        if _identities(job.images) == _identities(self._drawn):
            return
        if self._results.map_failure is not None:
            self._results.set_maps({})
        self._drawn = job.images
        self._runner.submit(job)

    @Slot(float)
    def set_error_limit(self, limit: float) -> None:
        """Colour all error maps up to another limit, for as long as images of this series are shown."""
        image = self._state.image
        if image is not None and limit > 0:
            self._limit = image.series.uid, float(f"{limit:.2g}")
            self._results.set_maps(self._limited(self._results.maps))

    @Slot(int)
    def step_error_limit(self, step: int) -> None:
        """Go to the next larger or smaller limit of the error maps."""
        scales = [one.scale for content, one in self._results.maps.items() if is_error(content)]
        if scales:
            limit = scales[0].high
            self.set_error_limit(_round_up(limit * 1.01) if step > 0 else _round_down(limit * 0.99))

    def _limited(self, maps: MapsByKey) -> MapsByKey:
        image = self._state.image
        if image is None or self._limit is None or self._limit[0] != image.series.uid:
            return maps
        limit = self._limit[1]
        return {
            content: replace(one, scale=replace(one.scale, low=-limit, high=limit)) if is_error(content) else one
            for content, one in maps.items()
        }

    @Slot(str)
    def _on_entry(self, _method: str) -> None:
        self.refresh()

    def _job(self) -> MappingJob | None:
        image, choices = self._state.image, self._state.choices
        contents = [content for content in choices.contents if is_map(content)]
        if image is None or not contents:
            return None
        key = input_key(image, choices)
        images = self._results.prepared_for(key)
        if images is None or images.prepared.reference is None or images.reference is None:
            return None
        ready = self._ready_pixels(key)
        chosen = {content: ready[name] for content in contents if (name := method_of(content)) in ready}
        prepared = images.prepared
        valid = None
        if image.frame.valid is not None:
            valid = image.frame.valid[: images.extent[0], : images.extent[1]]
        return MappingJob(key, images.prepared.reference, valid, chosen, prepared.data_range or 0.0, image.frame.unit)

    def _ready_pixels(self, key: InputKey) -> dict[str | None, tuple[ResultKey, FloatArray]]:
        choices = self._state.choices
        ready: dict[str | None, tuple[ResultKey, FloatArray]] = {}
        for name in methods_of(choices.contents):
            result = result_key(key, self._state.catalogue.find(name, choices.scale_factor), choices)
            entry = self._results.entry(result)
            if entry is not None and entry.is_whole and entry.picture is not None:
                ready[name] = result, entry.picture.pixels
        return ready

    @Slot(object)
    def _on_maps(self, result: tuple[InputKey, MapsByKey]) -> None:
        key, maps = result
        if self._results.prepared_for(key) is not None:
            self._results.set_maps(self._limited(maps))

    @Slot(Failure)
    def _on_failed(self, failure: Failure) -> None:
        self._drawn = {}
        self._results.set_maps({}, failure)


def _identities(images: dict[str, tuple[ResultKey, FloatArray]]) -> dict[str, tuple[ResultKey, int]]:
    return {content: (key, id(pixels)) for content, (key, pixels) in images.items()}


def _gray(pixels: FloatArray) -> FloatArray:
    return luma(pixels) if pixels.ndim == 3 else pixels


def _reach(error: FloatArray) -> float:
    values = np.abs(error.ravel()[:: max(1, error.size // _SAMPLES)])
    return float(np.percentile(values, _PERCENTILE))


def _round_up(limit: float) -> float:
    """Return the next of 1, 1.5, 2, 3, 5, 7, 10 …: the ends of a colour bar are to be read."""
    if limit <= 0:
        return 1.0
    decade = _decade(limit)
    return next(step * decade for step in _STEPS if step * decade >= limit * 0.999)


def _round_down(limit: float) -> float:
    decade = _decade(limit)
    return next(step * decade for step in reversed(_STEPS) if step * decade <= limit)


def _decade(limit: float) -> float:
    return float(10.0 ** np.floor(np.log10(limit)))
