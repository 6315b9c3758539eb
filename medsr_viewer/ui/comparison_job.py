"""A comparison as the worker's thread runs it: pictures are built here, tile reports held back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.frame import BoolArray, FloatArray
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.picture import Arrival, Picture
from medsr_viewer.ui.long_runs import Estimator, LongRun, RunKey
from medsr_viewer.ui.results import InputKey, PreparedImages
from medsr_viewer.ui.runner import Report
from medsr_viewer.workflows.compare import Comparison, ComparisonRequest, MethodResult, Prepared, prepare

if TYPE_CHECKING:
    from medsr_viewer.upscaling.tiles import VisibleRegion
    from medsr_viewer.upscaling.upscaler import Tile

REPORT_INTERVAL = 1 / 30
"""Seconds between two reports of tiles."""


class Compare(Protocol):
    """`medsr_viewer.workflows.compare.compare`, or what stands in for it."""

    def __call__(
        self,
        request: ComparisonRequest,
        token: CancelToken | None = None,
        *,
        visible: VisibleRegion | None = None,
        on_prepared: Callable[[Prepared], None] | None = None,
        on_tile: Callable[[str, Tile], None] | None = None,
        on_result: Callable[[MethodResult], None] | None = None,
    ) -> Comparison:
        """Run a comparison."""


@dataclass(frozen=True, eq=False)
class TilesReady:
    """Tiles of a method that were computed since the last report.

    Parameters
    ----------
    method : str
        Its name.
    picture : Picture
        The growing picture; the same one in every report on a method.
    arrivals : tuple of Arrival
        What is new in it.
    done, total : int
        Tiles ready, of how many.
    """

    method: str
    picture: Picture
    arrivals: tuple[Arrival, ...]
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class MethodReady:
    """A method has ended; `arrivals` of `picture` are still to be announced to it. No picture where it failed."""

    result: MethodResult
    picture: Picture | None
    arrivals: tuple[Arrival, ...] = ()


@dataclass(frozen=True, eq=False)
class ComparisonJob:
    """Work for a runner: reports PreparedImages where asked for, TilesReady and MethodReady.

    Parameters
    ----------
    key : InputKey
        Of the request's input.
    request : ComparisonRequest
        The snapshot.
    visible : VisibleRegion
        Which tiles come first.
    compare : callable
        What runs it.
    reports_input : bool
        Whether the degraded image and the reference are wanted too.
    begun : mapping of str to Picture
        Of the results that the request goes on with, by method.
    """

    key: InputKey
    request: ComparisonRequest
    visible: VisibleRegion
    compare: Compare
    reports_input: bool
    begun: Mapping[str, Picture] = field(default_factory=dict)

    def __call__(self, token: CancelToken, report: Report) -> None:
        """Run, in the worker's thread."""
        tiles = _TileReports(self.request, report, self.begun)
        self.compare(
            self.request,
            token,
            visible=self.visible,
            on_prepared=partial(self._report_input, report) if self.reports_input else None,
            on_tile=tiles.add,
            on_result=tiles.finish,
        )

    def _report_input(self, report: Report, prepared: Prepared) -> None:
        report(prepared_images(self.key, self.request, prepared))


@dataclass(frozen=True, eq=False)
class EstimatingJob:
    """Work for a runner: estimates how long the methods will take.

    Parameters
    ----------
    key : InputKey
        Of the request's input.
    request : ComparisonRequest
        The snapshot.
    run_key : RunKey
        What the user's answer will hold for.
    estimator : callable
        What estimates.
    input_shape : tuple of int or None
        Of the methods' input; None: it is prepared and reported first.
    """

    key: InputKey
    request: ComparisonRequest
    run_key: RunKey
    estimator: Estimator
    input_shape: tuple[int, ...] | None = None

    def __call__(self, token: CancelToken, report: Report) -> None:
        """Run, in the worker's thread; reports PreparedImages where asked for, then LongRun."""
        shape = self.input_shape
        if shape is None:
            prepared = prepare(self.request)
            report(prepared_images(self.key, self.request, prepared))
            shape = prepared.degraded.shape
        estimate = self.estimator(self.request, shape, token)
        report(LongRun(self.run_key, estimate, self.request.within, goes_on=bool(self.request.begun)))


def prepared_images(key: InputKey, request: ComparisonRequest, prepared: Prepared) -> PreparedImages:
    """Build the pictures of the degraded image and the reference."""
    unit, scale = request.frame.unit, request.scale_factor
    degraded = Picture(prepared.degraded, scale, prepared.valid, unit=unit).prepare()
    if prepared.reference is None:
        return PreparedImages(key, prepared, degraded, None)
    valid = request.frame.valid
    if valid is not None:
        valid = valid[: prepared.reference.shape[0], : prepared.reference.shape[1]]
    return PreparedImages(key, prepared, degraded, Picture(prepared.reference, 1, valid, unit=unit).prepare())


@dataclass
class _TileReports:
    """Collects tiles between reports, so that the window repaints at most once a frame however fast they come.

    Their halved copies are made here, in the worker: of a large tile they take longer than the window may stand still.
    """

    request: ComparisonRequest
    report: Report
    begun: Mapping[str, Picture]
    picture: Picture | None = None
    regions: list[Region] = field(default_factory=list)
    last: float = field(default_factory=time.monotonic)

    def add(self, method: str, tile: Tile) -> None:
        self.regions.append(tile.region)
        now = time.monotonic()
        # The last tile is left to `finish`: the result follows at once.
        if now - self.last < REPORT_INTERVAL or tile.done == tile.total:
            return
        if self.picture is None:
            self.picture = self.begun.get(method) or self._picture(tile.pixels, pending=True)
        self.report(TilesReady(method, self.picture, self._arrivals(self.picture), tile.done, tile.total))
        self.last = time.monotonic()

    def finish(self, result: MethodResult) -> None:
        picture = self.picture or self.begun.get(result.method)
        if result.upscaled is None:
            picture, self.regions = None, []
        elif picture is None:
            picture = self._picture(result.upscaled.pixels, pending=not result.upscaled.is_whole)
            self.regions = [] if result.upscaled.is_whole else list(result.upscaled.computed)
        self.report(MethodReady(result, picture, self._arrivals(picture) if picture is not None else ()))
        self.picture, self.last = None, time.monotonic()

    def _arrivals(self, picture: Picture) -> tuple[Arrival, ...]:
        regions, self.regions = self.regions, []
        return tuple(arrival for region in regions if (arrival := picture.take_in(region)) is not None)

    def _picture(self, pixels: FloatArray, *, pending: bool) -> Picture:
        valid = _upscaled_valid(self.request, pixels.shape)
        return Picture(pixels, 1, valid, pending=pending, unit=self.request.frame.unit).prepare()


def _upscaled_valid(request: ComparisonRequest, shape: tuple[int, ...]) -> BoolArray | None:
    valid = request.frame.valid
    if valid is None:
        return None
    if request.mode == "enhance":
        valid = valid.repeat(request.scale_factor, axis=0).repeat(request.scale_factor, axis=1)
    return np.ascontiguousarray(valid[: shape[0], : shape[1]])
