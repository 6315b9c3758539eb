"""The published survey as a finished example: asked for in one dialog, made in the background."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from medsr_viewer.cancel import CancelToken
from medsr_viewer.ui.runner import Report, Runner, Work
from medsr_viewer.ui.survey_setup.folder_field import FolderField
from medsr_viewer.ui.survey_setup.folder_page import folder_mistakes
from medsr_viewer.ui.survey_setup.making import Step
from medsr_viewer.ui.survey_setup.making_dialog import MakingDialog
from medsr_viewer.ui.survey_setup.mistake_label import MistakeLabel
from medsr_viewer.ui.survey_setup.mistake_words import told

if TYPE_CHECKING:
    from medsr_viewer.workflows.survey_example import ExampleSurvey

_WORDS = (
    "A finished survey to look at: the published one of 68 observers, who rated bicubic, SR-ResNet and SRGAN beside the"
    " original. The observers are simulated, some of them rank instead of rating, and the images are parts of the head"
    " CT that comes with the program: the report shows what a report says, and nothing of the methods. It takes a"
    " minute; the report is written beside the folder."
)


class ExampleDialog(MakingDialog):
    """Asks where the example is made, and makes it.

    Parameters
    ----------
    folder : Path
        Suggested for the survey.
    runner, parent : see `MakingDialog`
    """

    made = Signal(Path, Path)
    """The survey's folder, and the page of its report."""

    def __init__(self, folder: Path, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__("Example survey", "&Make it", runner, parent)
        self.words.setText(_WORDS)
        self.folder, self.folder_mistake = FolderField("Folder of the example"), MistakeLabel()
        self.folder.path = folder
        self.add_rows([("&Folder", self.folder, self.folder_mistake)])
        self.be_ready()

    def work(self) -> Work | None:
        """Return the making of the example."""
        path = self.folder.path
        mistakes = [told(one).text for one in folder_mistakes(path)]
        self.folder_mistake.show_texts(mistakes)
        if path is None or mistakes:
            return None

        def work(token: CancelToken, report: Report) -> object:
            from medsr_viewer.workflows.survey_example import example_survey  # here: it takes a second to load

            def tell(line: str) -> None:
                report(Step(f"{line[:1].upper()}{line[1:]}", 0, 0))

            return example_survey(path, path.with_name(f"{path.name}-report"), report=tell, token=token)

        return work

    def tell(self, result: ExampleSurvey) -> None:
        """Say where the example is, and its report."""
        self.made.emit(result.folder, result.made.files[0])
