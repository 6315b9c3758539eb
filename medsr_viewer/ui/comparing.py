"""From the choices in force to comparisons in the background."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.comparison_job import Compare, ComparisonJob, EstimatingJob
from medsr_viewer.ui.contents import methods_of
from medsr_viewer.ui.lane import Errand, Lane
from medsr_viewer.ui.long_runs import LongRuns, RunKey, is_large
from medsr_viewer.ui.results import InputKey, ResultKey, Results, input_key, result_key
from medsr_viewer.ui.state import OpenImage, State
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import VisibleRegion
from medsr_viewer.workflows.compare import ComparisonRequest

_SETTLE_MS = 250

Wanted = dict[ResultKey, Method]


class Comparing(QObject):
    """Keeps the results that the panels need up to date.

    Parameters
    ----------
    state : State
        The choices.
    results : Results
        What was computed.
    quick, slow : Lane
        For the input and interpolation, and for networks: a scrolled image shows at once, while a tile of the image
        before may still be in a network.
    catalogue : Catalogue
        The methods that there are.
    compare : callable
        What runs a comparison.
    long_runs : LongRuns
        Who asks the user before a long one.
    parent : QObject, optional
        Owner.
    """

    def __init__(
        self,
        state: State,
        results: Results,
        quick: Lane,
        slow: Lane,
        catalogue: Catalogue,
        compare: Compare,
        long_runs: LongRuns,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._results, self._quick, self._slow = state, results, quick, slow
        self._catalogue, self._compare, self._long_runs = catalogue, compare, long_runs
        self._visible = VisibleRegion()
        self._seen: Region | None = None  # in pixels of the panels, whose size may change with the next input
        # A part computed alone is computed anew only when the view has come to rest.
        self._settled = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settled.timeout.connect(self.refresh)
        state.image_changed.connect(self.refresh)
        state.choices_changed.connect(self.refresh)
        state.playing_changed.connect(self.refresh)
        long_runs.decided.connect(self.refresh)
        results.prepared_changed.connect(self._aim)
        for lane in (quick, slow):
            lane.estimated.connect(long_runs.consider)

    @property
    def is_busy(self) -> bool:
        """Whether anything is being computed."""
        return self._quick.is_busy or self._slow.is_busy

    @Slot()
    def refresh(self) -> None:
        """Compute what the panels need and nobody has computed or is computing."""
        image, choices = self._state.image, self._state.choices
        if image is None:
            return
        self._aim()
        key = input_key(image, choices)
        methods = self._methods()
        answer = self._long_runs.answer_to(self._run_key(image, methods))
        within = self._visible.get() if answer == "visible" else None
        missing = {} if answer == "nothing" else self._missing(key, methods, within)
        request = self._request(image, missing, within)
        if answer is None and missing and self._long_runs.estimator is not None and is_large(request):
            errand = Errand(key, within, frozenset(missing), estimates=True)
            if not self._quick.is_on(errand):
                run_key = self._run_key(image, methods)
                self._quick.send(errand, EstimatingJob(key, request, run_key, self._long_runs.estimator))
            self._slow.cancel()
            return
        quick = {result: method for result, method in missing.items() if not method.is_learned}
        slow = {
            result: method for result, method in missing.items() if method.is_learned and not self._state.is_playing
        }
        needs_input = self._results.prepared_for(key) is None
        self._send(self._quick, image, key, quick, within, needs_input=needs_input)
        self._send(self._slow, image, key, slow, within, needs_input=False)

    def compute_again(self) -> None:
        """Compute what was cancelled; ask again about a long run that the user had cut or left."""
        if (image := self._state.image) is not None:
            self._long_runs.forget(self._run_key(image, self._methods()))
            self.refresh()

    def set_visible(self, region: Region) -> None:
        """Say which part the panels show, in pixels of the upscaled image: its tiles come next."""
        self._seen = region
        self._aim()
        image = self._state.image
        if image is not None and self._long_runs.answer_to(self._run_key(image, self._methods())) == "visible":
            self._settled.start()

    @Slot()
    def _aim(self) -> None:
        """Say which part is visible in pixels of the input under the choices in force."""
        if self._seen is None:
            return
        choices, shown = self._state.choices, self._results.prepared
        # The panels' pixels are those of the opened image in Test, of the upscaled in Enhance.
        factor = shown.key.scale_factor if shown is not None and shown.key.mode == "enhance" else 1
        factor *= choices.scale_factor if choices.mode == "test" else 1
        seen = self._seen
        top, left = seen.top // factor, seen.left // factor
        self._visible.set(Region(top, left, -(-seen.bottom // factor) - top, -(-seen.right // factor) - left))

    def _send(
        self, lane: Lane, image: OpenImage, key: InputKey, wanted: Wanted, within: Region | None, *, needs_input: bool
    ) -> None:
        errand = Errand(key, within, frozenset(wanted))
        if not wanted and not needs_input:
            lane.cancel()
        elif not lane.is_on(errand):
            request = self._request(image, wanted, within)
            lane.send(errand, ComparisonJob(key, request, self._visible, self._compare, needs_input))

    def _methods(self) -> list[Method]:
        choices = self._state.choices
        available = {method.name: method for method in self._catalogue.at_scale(choices.scale_factor)}
        return [available[name] for name in methods_of(choices.contents) if name in available]

    def _run_key(self, image: OpenImage, methods: list[Method]) -> RunKey:
        choices = self._state.choices
        names = tuple(method.name for method in methods)
        uid = image.series.uid
        return RunKey(uid, choices.mode, choices.scale_factor, choices.device, choices.precision, names)

    def _missing(self, key: InputKey, methods: list[Method], within: Region | None) -> Wanted:
        wanted = {result_key(key, method, self._state.choices): method for method in methods}
        return {result: method for result, method in wanted.items() if not self._is_there(result, within)}

    def _is_there(self, key: ResultKey, within: Region | None) -> bool:
        entry = self._results.entry(key)
        return entry is not None and entry.covers(within)

    def _request(self, image: OpenImage, wanted: Wanted, within: Region | None) -> ComparisonRequest:
        choices = self._state.choices
        return ComparisonRequest(
            frame=image.frame,
            modality=image.series.modality,
            mode=choices.mode,
            scale_factor=choices.scale_factor,
            methods=tuple(wanted.values()),
            device=choices.device,
            precision=choices.precision,
            within=within,
        )
