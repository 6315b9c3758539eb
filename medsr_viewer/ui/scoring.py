"""Scores in the background, following the view, the window and the results."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.frame import FloatArray, Voi, VoiLut
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.contents import methods_of
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.results import Entry, InputKey, ResultKey, Results, Scored, input_key, result_key
from medsr_viewer.ui.runner import Report, Runner
from medsr_viewer.ui.state import Measuring, State
from medsr_viewer.workflows.score import ScoreRequest, score_image

_REGION_NAMES = {"whole": "whole image", "visible": "visible region", "roi": "ROI"}


@dataclass(frozen=True, eq=False)
class ScoringJob:
    """Work for a runner: the scores of some images, reported one by one.

    Parameters
    ----------
    key : InputKey
        Of the input.
    reference : ndarray
        (H, W) or (H, W, 3), in modality units.
    images : dict
        Result to its pixels, of the same shape.
    request : ScoreRequest
        What to measure on.
    region_name, unit : str
        What the user calls the region, and the unit of the values.
    """

    key: InputKey
    reference: FloatArray
    images: dict[ResultKey, FloatArray]
    request: ScoreRequest
    region_name: str
    unit: str

    def __call__(self, token: CancelToken, _report: Report) -> tuple[InputKey, dict[str, Scored]]:
        """Run, in the worker's thread."""
        from medsr_viewer.metrics.scores import Measured

        region = self.request.region or Region.whole(self.reference.shape)
        measured = Measured(
            data_range=self.request.effective_range,
            rows=region.height,
            columns=region.width,
            region=self.region_name,
            on=_intensities(self.request) + (" of luma" if self.reference.ndim == 3 else ""),
            unit=self.unit,
        )
        scores = {}
        for key, pixels in self.images.items():
            token.check()
            scores[key.method] = Scored(key, score_image(self.reference, pixels, self.request), measured)
        return self.key, scores


class Scoring(QObject):
    """Keeps the scores of the methods on screen up to date.

    Parameters
    ----------
    state : State
        The choices, and what to measure on.
    results : Results
        The images; takes the scores.
    runner : Runner
        For scores alone.
    delay_ms : int
        How long the view must rest.
    parent : QObject, optional
        Owner.
    """

    failed = Signal(Failure)

    def __init__(
        self,
        state: State,
        results: Results,
        runner: Runner,
        delay_ms: int = 80,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._results, self._runner = state, results, runner
        self._visible: Region | None = None
        self._rested = QTimer(self, singleShot=True, interval=delay_ms)
        self._rested.timeout.connect(self._submit)
        state.choices_changed.connect(self._rested.start)
        state.measuring_changed.connect(self._rested.start)
        state.view_changed.connect(self._on_view)
        results.prepared_changed.connect(self._rested.start)
        results.entry_changed.connect(self._on_entry)
        runner.succeeded.connect(self._on_scores)
        runner.failed.connect(self._on_failed)

    def set_visible(self, region: Region) -> None:
        """Say which part the panels show, in pixels of the reference."""
        self._visible = region
        if self._state.measuring.region_mode == "visible":
            self._rested.start()

    @Slot()
    def _on_view(self) -> None:
        if self._state.measuring.range_mode == "window":
            self._rested.start()

    @Slot(str)
    def _on_entry(self, method: str) -> None:
        # Tiles come faster than the delay: a result in the making must not put off the scores of those that are ready.
        if not self._is_growing(method):
            self._rested.start()

    @Slot()
    def _submit(self) -> None:
        job = self._job()
        if job is not None and job.images:
            self._runner.submit(job)
        else:
            self._runner.cancel()
            self._results.set_scores({})

    def _job(self) -> ScoringJob | None:
        image, choices, measuring = self._state.image, self._state.choices, self._state.measuring
        if image is None:
            return None
        key = input_key(image, choices)
        prepared = self._results.prepared_for(key)
        if prepared is None or prepared.prepared.reference is None or prepared.prepared.data_range is None:
            return None
        reference = prepared.prepared.reference
        region = _clipped(self._region(measuring), reference.shape)
        images = {}
        for name in methods_of(choices.contents):
            result = result_key(key, self._state.catalogue.find(name, choices.scale_factor), choices)
            pixels = _pixels(self._results.entry(result), region or Region.whole(reference.shape))
            if pixels is not None:
                images[result] = pixels
        request = ScoreRequest(measuring.range_mode, prepared.prepared.data_range, self._state.view.voi, region)
        region_name = _REGION_NAMES["whole" if region is None else measuring.region_mode]
        return ScoringJob(key, reference, images, request, region_name, image.frame.unit)

    def _is_growing(self, name: str) -> bool:
        image, choices = self._state.image, self._state.choices
        catalogue, scale = self._state.catalogue, choices.scale_factor
        if image is None or not catalogue.has(name, scale):
            return False
        entry = self._results.entry(result_key(input_key(image, choices), catalogue.find(name, scale), choices))
        return entry is not None and entry.result is None

    def _region(self, measuring: Measuring) -> Region | None:
        if measuring.region_mode == "visible":
            return self._visible
        return measuring.roi if measuring.region_mode == "roi" else None

    @Slot(object)
    def _on_scores(self, result: tuple[InputKey, dict[str, Scored]]) -> None:
        key, scores = result
        if self._results.prepared_for(key) is not None:
            self._results.set_scores(scores)

    @Slot(Failure)
    def _on_failed(self, failure: Failure) -> None:
        self._results.set_scores({})
        self.failed.emit(failure)


def _clipped(region: Region | None, shape: tuple[int, ...]) -> Region | None:
    if region is None:
        return None
    clipped = region.intersection(Region.whole(shape))
    return clipped if clipped.area and clipped != Region.whole(shape) else None


def _pixels(entry: Entry | None, region: Region) -> FloatArray | None:
    """Return a result's pixels where all of the region was computed."""
    upscaled = entry.result.upscaled if entry is not None and entry.result is not None else None
    if upscaled is None:
        return None
    covered = sum(part.intersection(region).area for part in upscaled.computed)
    return upscaled.pixels if covered == region.area else None


def _intensities(request: ScoreRequest) -> str:
    if request.range_mode == "full":
        return "full range"
    return describe_voi(request.voi)


def describe_voi(voi: Voi) -> str:
    """Return a window or VOI LUT in words."""
    if isinstance(voi, VoiLut):
        return f"VOI LUT {voi.name}".rstrip()
    # As many decimals for both as three digits of the width call for.
    decimals = max(0, 2 - math.floor(math.log10(voi.width)))
    text = f"W {_short(voi.width, decimals)} L {_short(voi.center, decimals)}"
    return f"{text} ({voi.name})" if voi.name else text


def _short(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
