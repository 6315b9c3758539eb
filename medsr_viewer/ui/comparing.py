"""From the choices in force to comparisons in the background."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.comparison_job import Compare, ComparisonJob, EstimatingJob
from medsr_viewer.ui.contents import methods_of
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.lane import Errand, Lane
from medsr_viewer.ui.long_runs import LongRuns, RunKey, is_large
from medsr_viewer.ui.results import ResultKey, Results, input_key, result_key
from medsr_viewer.ui.state import OpenImage, State
from medsr_viewer.upscaling.blends import blend_of
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import VisibleRegion
from medsr_viewer.upscaling.upscaler import Begun
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
    compare : callable
        What runs a comparison.
    long_runs : LongRuns
        Who asks the user before a long one.
    parent : QObject, optional
        Owner.
    """

    settled = Signal()
    """The view has come to rest."""

    def __init__(
        self,
        state: State,
        results: Results,
        quick: Lane,
        slow: Lane,
        compare: Compare,
        long_runs: LongRuns,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._results, self._quick, self._slow = state, results, quick, slow
        self._compare, self._long_runs = compare, long_runs
        self._visible = VisibleRegion()
        self._seen: Region | None = None  # in pixels of the panels, whose size may change with the next input
        # A part computed alone is computed anew only when the view has come to rest.
        self._settled = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settled.timeout.connect(self._on_settled)
        self._is_stopped = False  # by the user: it takes more than a pan to go on
        state.image_changed.connect(self.refresh)
        state.choices_changed.connect(self.refresh)
        state.playing_changed.connect(self.refresh)
        long_runs.decided.connect(self.refresh)
        results.prepared_changed.connect(self._aim)
        for lane in (quick, slow):
            lane.estimated.connect(long_runs.consider)
            lane.stopped.connect(self._on_stopped)

    @property
    def is_busy(self) -> bool:
        """Whether anything is being computed."""
        return self._quick.is_busy or self._slow.is_busy

    @property
    def visible(self) -> Region | None:
        """What the panels show, in pixels of the input; None where nothing was shown yet."""
        return self._visible.get()

    @Slot()
    def refresh(self) -> None:
        """Compute what the panels need and nobody has computed or is computing."""
        self._is_stopped = False
        image = self._state.image
        if image is None:
            return
        self._aim()
        methods = self._methods()
        key = input_key(image, self._state.choices)
        self._results.set_needed(result_key(key, method, self._state.choices) for method in methods)
        run = self._run_key(image, methods)
        answer = self._long_runs.answer_to(run)
        if answer == "visible":
            self._compute_part(image, methods, run)
        elif answer == "nothing":
            self._compute(image, {}, None)
        else:
            missing = self._missing(image, methods, None)
            if answer is None and not self._state.is_playing and self._is_large(image, missing, None):
                self._estimate(image, missing, None, run)
                self._slow.cancel()
            else:
                self._compute(image, missing, None)

    def compute_again(self) -> None:
        """Compute what was cancelled; ask again about a long run that the user had cut or left."""
        if (image := self._state.image) is not None:
            self._long_runs.forget(self._run_key(image, self._methods()))
            self.refresh()

    def set_visible(self, region: Region) -> None:
        """Say which part the panels show, in pixels of the upscaled image: its tiles come next."""
        self._seen = region
        self._aim()
        self._settled.start()

    @Slot()
    def _on_settled(self) -> None:
        image = self._state.image
        answer = None if image is None else self._long_runs.answer_to(self._run_key(image, self._methods()))
        if answer == "visible" and not self._is_stopped:
            self.refresh()
        self.settled.emit()

    @Slot()
    def _on_stopped(self) -> None:
        self._is_stopped = True

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

    def _compute_part(self, image: OpenImage, methods: list[Method], run: RunKey) -> None:
        """Compute what is visible, but for a view that has grown so that this would be a long run again."""
        seen, part = self._visible.get(), self._long_runs.part(run)
        if seen is None:
            self._compute(image, {}, None)
            return
        missing = self._missing(image, methods, seen)
        is_more = part is not None and seen.intersection(part[1]) != seen
        if part is not None and is_more and self._is_large(image, missing, seen):
            if not self._long_runs.is_too_long(run, seen):
                self._estimate(image, missing, seen, run)
                self._send(self._slow, image, _learned(self._missing(image, methods, part[1])), part[1])
                return
        elif part is None or is_more or part[0] != image.key:
            part = image.key, seen
            self._long_runs.set_part(run, *part)
        self._compute(image, self._missing(image, methods, part[1]), part[1])

    def _is_large(self, image: OpenImage, missing: Wanted, within: Region | None) -> bool:
        if self._long_runs.estimator is None or not missing:
            return False
        return is_large(self._request(image, missing, within))

    def _estimate(self, image: OpenImage, missing: Wanted, within: Region | None, run: RunKey) -> None:
        key = input_key(image, self._state.choices)
        errand = Errand(key, within, frozenset(missing), estimates=True)
        if self._long_runs.estimator is not None and not self._quick.is_on(errand):
            request, images = self._request(image, missing, within), self._results.prepared_for(key)
            shape = None if images is None else images.degraded.shape
            self._quick.send(errand, EstimatingJob(key, request, run, self._long_runs.estimator, shape))

    def _compute(self, image: OpenImage, missing: Wanted, within: Region | None) -> None:
        learned = _learned(missing)
        quick = {result: method for result, method in missing.items() if result not in learned}
        self._send(self._quick, image, quick, within)
        self._send(self._slow, image, learned, within)

    def _send(self, lane: Lane, image: OpenImage, wanted: Wanted, within: Region | None) -> None:
        key = input_key(image, self._state.choices)
        needs_input = lane is self._quick and self._results.prepared_for(key) is None
        errand = Errand(key, within, frozenset(wanted))
        if not wanted and not needs_input:
            lane.cancel()
        elif not lane.is_on(errand):
            request = self._request(image, wanted, within)
            begun = self._begun(wanted)
            lane.send(errand, ComparisonJob(key, request, self._visible, self._compare, needs_input, begun))

    def _methods(self) -> list[Method]:
        state = self._state
        scale = state.choices.scale_factor
        names = [name for name in methods_of(state.choices.contents) if state.catalogue.has(name, scale)]
        return [state.catalogue.find(name, scale) for name in names]

    def _run_key(self, image: OpenImage, methods: list[Method]) -> RunKey:
        choices = self._state.choices
        names = tuple(blend_of(method.name) for method in methods)  # all positions of a blend take as long
        uid = image.series.uid
        return RunKey(uid, choices.mode, choices.scale_factor, choices.device, choices.precision, names)

    def _missing(self, image: OpenImage, methods: list[Method], within: Region | None) -> Wanted:
        key = input_key(image, self._state.choices)
        wanted = {
            result_key(key, method, self._state.choices): method
            for method in methods
            if not (method.is_learned and self._state.is_playing)
        }
        return {result: method for result, method in wanted.items() if not self._is_there(result, within)}

    def _is_there(self, key: ResultKey, within: Region | None) -> bool:
        entry = self._results.entry(key)
        return entry is not None and entry.covers(within)

    def _begun(self, wanted: Wanted) -> dict[str, Picture]:
        """Return the pictures, by method, of which only some tiles are there."""
        entries = {key.method: self._results.entry(key) for key in wanted}
        pictures = {name: entry.picture for name, entry in entries.items() if entry is not None}
        return {name: one for name, one in pictures.items() if one is not None and one.arrived}

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
            begun={
                name: Begun(picture.pixels, tuple(picture.arrived or ()))
                for name, picture in self._begun(wanted).items()
            },
        )


def _learned(wanted: Wanted) -> Wanted:
    return {result: method for result, method in wanted.items() if method.is_learned}
