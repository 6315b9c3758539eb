"""Pictures of the trials to come, read while the one before is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from PySide6.QtCore import QObject, Signal, Slot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import MedsrError, SurveyError
from medsr_viewer.survey.plan import Stimulus, Trial
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.runner import Report, Runner
from medsr_viewer.ui.survey.at_hand import Pixels
from medsr_viewer.ui.survey.image_wall import Shown


class Ahead(QObject):
    """Reads, checks and prepares the images of trials, one trial after the other, in the order wanted.

    Parameters
    ----------
    parent : QObject, optional
        Owner.
    """

    arrived = Signal()
    failed = Signal(Failure)
    """The images of the first trial wanted cannot be shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runner = Runner("survey images", self)
        self._stimuli: Mapping[str, Stimulus] = {}
        self._load: Callable[[str], Pixels] | None = None
        self._wanted: tuple[Trial, ...] = ()
        self._ready: dict[str, tuple[Shown, ...]] = {}
        self._in_work: Trial | None = None
        self.runner.succeeded.connect(self._on_succeeded)
        self.runner.failed.connect(self._on_failed)
        self.runner.finished.connect(self._send_next)

    def use(self, stimuli: Mapping[str, Stimulus], load: Callable[[str], Pixels]) -> None:
        """Take images from a survey."""
        self._stimuli, self._load = stimuli, load

    def want(self, trials: Sequence[Trial]) -> None:
        """Read the images of these trials, and forget all others."""
        self._wanted = tuple(trials)
        keys = {_key(trial) for trial in trials}
        self._ready = {key: images for key, images in self._ready.items() if key in keys}
        self._send_next()

    def images(self, trial: Trial) -> tuple[Shown, ...] | None:
        """Return a trial's images, the labelled one first, or None while they are not there."""
        return self._ready.get(_key(trial))

    def shutdown(self) -> None:
        """End the thread."""
        self._wanted = ()
        self.runner.shutdown()

    @Slot()
    def _send_next(self) -> None:
        missing = [trial for trial in self._wanted if _key(trial) not in self._ready]
        if not missing or self.runner.is_busy or self._load is None:
            return
        trial, load, stimuli = missing[0], self._load, self._stimuli
        self._in_work = trial

        def read(token: CancelToken, _report: Report) -> tuple[Trial, tuple[Shown, ...]]:
            images = []
            for identifier in _identifiers(trial):
                token.check()
                images.append(_shown(stimuli[identifier], load))
            return trial, tuple(images)

        self.runner.submit(read)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        trial, images = cast(tuple[Trial, tuple[Shown, ...]], result)
        if trial in self._wanted:
            self._ready[_key(trial)] = images
            self.arrived.emit()

    @Slot(Failure)
    def _on_failed(self, failure: Failure) -> None:
        trial, wanted = self._in_work, self._wanted
        if trial in wanted:
            # Not tried again by itself: the observer asks for that. What comes later may still be whole.
            self._wanted = tuple(one for one in wanted if one != trial)
            if trial == wanted[0]:
                self.failed.emit(failure)


def _shown(stimulus: Stimulus, load: Callable[[str], Pixels]) -> Shown:
    try:
        pixels = load(stimulus.identifier)
    except MedsrError as exc:
        # Without its file's name: nothing that is shown may tell one image from another.
        raise SurveyError(
            "An image of this study is missing or was changed",
            "Tell the coordinator, who finds out which with `medsr survey verify`. All your answers are kept.",
        ) from exc
    return Shown(Picture(pixels).prepare(), stimulus.window, stimulus.inverted)


def _identifiers(trial: Trial) -> tuple[str, ...]:
    return (trial.labelled, *trial.rated) if trial.labelled else trial.rated


def _key(trial: Trial) -> str:
    return "/".join(_identifiers(trial))
