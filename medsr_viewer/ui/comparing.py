"""From the choices in force to a comparison in the background, and from its reports to results."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.comparison_job import Compare, ComparisonJob, MethodReady, TilesReady
from medsr_viewer.ui.contents import methods_of
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.long_runs import LongRun, LongRuns, RunKey, is_large
from medsr_viewer.ui.results import Entry, InputKey, PreparedImages, ResultKey, Results, input_key, result_key
from medsr_viewer.ui.runner import Runner
from medsr_viewer.ui.state import OpenImage, State
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import VisibleRegion
from medsr_viewer.workflows.compare import ComparisonRequest

_SETTLE_MS = 250


class Comparing(QObject):
    """Keeps the results that the panels need up to date.

    Parameters
    ----------
    state : State
        The choices.
    results : Results
        Where to put what was computed.
    runner : Runner
        For comparisons alone.
    catalogue : Catalogue
        The methods that there are.
    compare : callable
        What runs a comparison.
    long_runs : LongRuns
        Who asks the user before a long one.
    parent : QObject, optional
        Owner.
    """

    progressed = Signal(str, int, int)
    """Method, tiles ready, of how many."""
    failed = Signal(Failure)

    def __init__(
        self,
        state: State,
        results: Results,
        runner: Runner,
        catalogue: Catalogue,
        compare: Compare,
        long_runs: LongRuns,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._results, self._runner = state, results, runner
        self._catalogue, self._compare, self._long_runs = catalogue, compare, long_runs
        self._visible = VisibleRegion()
        self._source: InputKey | None = None
        self._within: Region | None = None
        self._remaining: dict[str, ResultKey] = {}
        # A part computed alone is computed anew only when the view has come to rest.
        self._settled = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settled.timeout.connect(self.refresh)
        state.image_changed.connect(self.refresh)
        state.choices_changed.connect(self.refresh)
        runner.progressed.connect(self._on_progress)
        runner.failed.connect(self._on_failed)
        runner.finished.connect(self._on_finished)
        long_runs.decided.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Compute what the panels need and nobody has computed or is computing."""
        image, choices = self._state.image, self._state.choices
        if image is None:
            return
        key = input_key(image, choices)
        methods = self._methods()
        answer = self._long_runs.answer_to(self._run_key(image, methods))
        within = self._visible.get() if answer == "visible" else None
        missing = {} if answer == "nothing" else self._missing(key, methods, within)
        is_prepared = self._results.prepared_for(key) is not None
        is_same_run = self._runner.is_busy and (key, within) == (self._source, self._within)
        if is_same_run and set(missing) == set(self._remaining.values()):
            return
        if not missing and is_prepared:
            self._runner.cancel()
            return
        self._submit(image, key, missing, within, asked=answer is not None)

    @Slot()
    def cancel(self) -> None:
        """Stop computing; what is ready stays."""
        self._runner.cancel()

    def set_visible(self, region: Region) -> None:
        """Say which part the panels show, in pixels of the upscaled image: its tiles come next."""
        scale = self._state.choices.scale_factor
        top, left = region.top // scale, region.left // scale
        self._visible.set(Region(top, left, -(-region.bottom // scale) - top, -(-region.right // scale) - left))
        image = self._state.image
        if image is not None and self._long_runs.answer_to(self._run_key(image, self._methods())) == "visible":
            self._settled.start()

    def _methods(self) -> list[Method]:
        choices = self._state.choices
        available = {method.name: method for method in self._catalogue.at_scale(choices.scale_factor)}
        methods = [available[name] for name in methods_of(choices.contents) if name in available]
        return sorted(methods, key=lambda method: method.is_learned)  # interpolation shows at once

    def _run_key(self, image: OpenImage, methods: list[Method]) -> RunKey:
        choices = self._state.choices
        names = tuple(method.name for method in methods)
        uid = image.series.uid
        return RunKey(uid, choices.mode, choices.scale_factor, choices.device, choices.precision, names)

    def _missing(self, key: InputKey, methods: list[Method], within: Region | None) -> dict[ResultKey, Method]:
        wanted = {result_key(key, method, self._state.choices): method for method in methods}
        entries = {result: self._results.entry(result) for result in wanted}
        return {
            result: method
            for result, method in wanted.items()
            if (entry := entries[result]) is None or not entry.covers(within)
        }

    def _submit(
        self, image: OpenImage, key: InputKey, missing: dict[ResultKey, Method], within: Region | None, *, asked: bool
    ) -> None:
        choices = self._state.choices
        request = ComparisonRequest(
            frame=image.frame,
            modality=image.series.modality,
            mode=choices.mode,
            scale_factor=choices.scale_factor,
            methods=tuple(missing.values()),
            device=choices.device,
            precision=choices.precision,
            within=within,
        )
        estimator = self._long_runs.estimator if missing and not asked and is_large(request) else None
        run_key = self._run_key(image, self._methods())
        # Whatever grew belongs to the job that is cancelled now.
        self._results.drop_growing()
        self._source, self._within = key, within
        self._remaining = {method.name: result for result, method in missing.items()}
        self._runner.submit(ComparisonJob(key, request, self._visible, self._compare, run_key, estimator))

    @Slot(object)
    def _on_progress(self, report: object) -> None:
        if isinstance(report, PreparedImages):
            self._results.set_prepared(report)
        elif isinstance(report, TilesReady):
            _announce(report)
            progress = f"computing · tile {report.done} of {report.total}"
            entry = Entry(report.picture, within=self._within, progress=progress)
            self._results.set_growing(self._remaining[report.method], entry)
            self.progressed.emit(report.method, report.done, report.total)
        elif isinstance(report, MethodReady):
            _announce(report)
            key = self._remaining.pop(report.result.method)
            self._results.finish(key, Entry(report.picture, report.result, self._within))
        elif isinstance(report, LongRun):
            self._long_runs.ask(report)

    @Slot(Failure)
    def _on_failed(self, failure: Failure) -> None:
        if self._source is not None:
            self._results.set_failure(self._source, failure)
        self.failed.emit(failure)

    @Slot()
    def _on_finished(self) -> None:
        self._remaining = {}
        self._results.drop_growing()


def _announce(report: TilesReady | MethodReady) -> None:
    if report.picture is not None:
        for region in report.regions:
            report.picture.update_region(region)
