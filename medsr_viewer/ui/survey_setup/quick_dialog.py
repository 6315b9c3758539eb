"""A survey of the open images, confirmed in one dialog."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLineEdit, QSpinBox, QWidget

from medsr_viewer.cancel import CancelToken
from medsr_viewer.survey.design import Case
from medsr_viewer.survey.report.wording import counted
from medsr_viewer.survey.sealing import drawn_passphrase
from medsr_viewer.ui.runner import Report, Runner, Work
from medsr_viewer.ui.state import State
from medsr_viewer.ui.survey_setup.extent import extent_of
from medsr_viewer.ui.survey_setup.folder_field import FolderField
from medsr_viewer.ui.survey_setup.folder_page import folder_mistakes
from medsr_viewer.ui.survey_setup.making import Order, making
from medsr_viewer.ui.survey_setup.making_dialog import MakingDialog
from medsr_viewer.ui.survey_setup.mistake_label import MistakeLabel
from medsr_viewer.ui.survey_setup.mistake_words import told
from medsr_viewer.ui.survey_setup.open_images import cases_of_open
from medsr_viewer.ui.survey_setup.quick_design import (
    MOST_IMAGES,
    quick_conditions,
    quick_design,
    quick_inputs,
)
from medsr_viewer.ui.survey_setup.rate_dialog import observer_mistake

if TYPE_CHECKING:
    from medsr_viewer.workflows.survey_new import NewSurvey

_KEEP = "Keep the passphrase in a file beside the folder. Whoever reads the file can unblind the survey."


class QuickDialog(MakingDialog):
    """Says what a quick survey is, makes it, and lets the rating begin.

    Parameters
    ----------
    state : State
        The viewer's: images, methods, scale.
    folder : Path
        Suggested for the survey.
    observer : str
        Suggested pseudonym.
    runner, parent : see `MakingDialog`
    """

    ready = Signal(Path, str)
    """The survey stands: its folder, and who rates."""

    def __init__(
        self, state: State, folder: Path, observer: str, runner: Runner, parent: QWidget | None = None
    ) -> None:
        super().__init__("Quick survey of the open images", "&Start", runner, parent)
        self._state, self._conditions = state, quick_conditions(state)
        self.images, available = QSpinBox(), len(quick_inputs(state, 1_000_000))
        self.images.setRange(1, max(available, 1))
        self.images.setValue(min(available, MOST_IMAGES))
        self.images.setSuffix(f" of {available}")
        self.folder, self.observer = FolderField("Folder of the survey"), QLineEdit(observer)
        self.folder.path = folder
        self.passphrase, self.kept = QLineEdit(drawn_passphrase()), QCheckBox(_KEEP)
        self.kept.setChecked(True)
        self.folder_mistake, self.observer_mistake, self.passphrase_mistake = (MistakeLabel() for _ in range(3))
        self.add_rows(
            [
                ("&Images", self.images, None),
                ("&Folder", self.folder, self.folder_mistake),
                ("&Observer", self.observer, self.observer_mistake),
                ("&Passphrase", self.passphrase, self.passphrase_mistake),
                ("", self.kept, None),
            ]
        )
        self.images.valueChanged.connect(self._describe)
        self._describe()
        self.be_ready()

    @property
    def kept_file(self) -> Path | None:
        """The file that the passphrase is kept in, beside the survey's folder."""
        path = self.folder.path
        return path.with_name(f"{path.name}-passphrase.txt") if path is not None and self.kept.isChecked() else None

    def work(self) -> Work | None:
        """Return the making of the survey."""
        path, observer = self.folder.path, self.observer.text().strip()
        folders = [told(one).text for one in folder_mistakes(path)]
        wrong_observer = observer_mistake(observer)
        self.folder_mistake.show_texts(folders)
        self.observer_mistake.show_texts([wrong_observer] if wrong_observer else [])
        self.passphrase_mistake.show_texts([] if self.passphrase.text() else ["A passphrase is needed."])
        if path is None or folders or wrong_observer or not self.passphrase.text():
            return None
        return self._work(path)

    def tell(self, result: NewSurvey) -> None:
        """Say that the survey stands, and who rates."""
        self.ready.emit(result.folder, self.observer.text().strip())

    @Slot()
    def _describe(self) -> None:
        choices, count = self._state.choices, self.images.value()
        extent = extent_of(quick_design(self._state, _stand_ins(count), self._conditions))
        what = "degraded and upscaled" if choices.mode == "test" else "upscaled"
        hidden = ", and the undegraded image itself" if choices.mode == "test" else ""
        images = f"{counted(count, 'image')} {'is' if count == 1 else 'are'}"
        methods = len(self._conditions)
        by = f"the {methods} methods of the panels" if methods > 1 else "the method of the panels"
        screens = counted(extent.trials + extent.training, "image")
        self.words.setText(
            f"{images} {what} ×{choices.scale_factor} with {by}{hidden}. You rate them "
            f"blind, one at a time, from 5 Excellent to 1 Bad, after a short training on a head CT: "
            f"{screens}, about {max(extent.minutes, 1):.0f} min. Nobody can "
            "see which method made which image until the survey is closed with its passphrase."
        )

    def _work(self, path: Path) -> Work:
        state, conditions, device = self._state, self._conditions, self._state.choices.device
        inputs, passphrase, kept = quick_inputs(state, self.images.value()), self.passphrase.text(), self.kept_file

        def work(token: CancelToken, report: Report) -> object:
            from medsr_viewer.workflows.survey_new import with_training  # here: it takes a second to load

            design = with_training(quick_design(state, cases_of_open(state, inputs).cases, conditions))
            return making(Order(path, design, passphrase, device=device, kept=kept))(token, report)

        return work


def _stand_ins(count: int) -> list[Case]:
    """Return as many cases, and one for training, to be counted."""
    return [Case(str(number), Path(), training=number == count) for number in range(count + 1)]
