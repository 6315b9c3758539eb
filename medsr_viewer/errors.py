"""Every error that the program expects, each with a title and advice for the person who sees it.

::

    MedsrError
    ├── InputError                something that the user gave cannot be used
    │   ├── UnreadableFile        a file cannot be read, decoded, or is not an image
    │   ├── NothingToOpen         no readable image among the given paths
    │   ├── UnknownMethod         no such method, or not at that scale factor
    │   ├── WrongUsage            options of a command that are malformed, missing, or do not go together
    │   ├── UnusableImage         the image cannot be processed as asked (too small, no such frame …)
    │   ├── InvalidRecipe         a training recipe has a wrong key or value
    │   └── InvalidDesign         a survey's design has a wrong key or value
    ├── ModelError                a model file is missing, damaged or does not match its card
    ├── OutputCheckFailed         an upscaled image failed its check and is not shown
    ├── OutOfMemory               the device has too little memory, even for the smallest tile
    ├── DeviceUnavailable         the chosen device cannot be used
    ├── SurveyError               a survey is damaged, altered, closed, or in another state than was asked for
    │   ├── AnswerRefused         an answer of an observer does not count
    │   ├── AlreadyRecorded       the same was recorded before, and is kept as it was
    │   ├── SittingOvertaken      the observer goes on in another window
    │   ├── SurveyClosed          nothing more is rated
    │   ├── SurveyUnreachable     its database cannot be read or written now; nothing says that it was altered
    │   ├── TooFewRatings         too few ratings for a statistic that was asked for
    │   └── WrongPassphrase       the sealed allocation does not open
    └── CannotWrite               a file cannot be written
"""

from __future__ import annotations

from os import PathLike, fspath


class MedsrError(Exception):
    """Base of all known errors.

    Parameters
    ----------
    reason : str
        What happened, in one sentence. No patient data.
    advice : str, optional
        What to do about it; the class's own advice where it is left out.
    """

    title = "Something went wrong"
    advice = ""

    def __init__(self, reason: str, advice: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        if advice is not None:
            self.advice = advice

    def __reduce__(self) -> tuple[object, ...]:
        # Not by way of __init__, whose parameters differ: what a worker process raises arrives as it was raised.
        return _unpickled, (type(self), *self.args), self.__dict__


class InputError(MedsrError):
    """Something that the user gave cannot be used."""

    title = "This input cannot be used"


class UnreadableFile(InputError):
    """A file cannot be read, decoded, or is not an image.

    Parameters
    ----------
    path : path-like
        The file.
    reason : str
        Why, in one sentence.
    advice : str, optional
        What to do about it.
    """

    title = "This file cannot be read"
    advice = "Check that the file is complete and is a DICOM, PNG, TIFF or JPEG image."

    def __init__(self, path: str | PathLike[str], reason: str, advice: str | None = None) -> None:
        super().__init__(f"{fspath(path)}: {reason}", advice)
        self.path = fspath(path)


class NothingToOpen(InputError):
    """No readable image among the given paths."""

    title = "Nothing to open"
    advice = "Choose a DICOM, PNG, TIFF or JPEG file, or a folder, zip or DICOMDIR that holds some."


class UnknownMethod(InputError):
    """No such method, or not at that scale factor."""

    title = "This method is not available"


class WrongUsage(InputError):
    """Options of a command are malformed, missing, or do not go together."""

    title = "The command cannot be carried out so"


class UnusableImage(InputError):
    """The image cannot be processed as asked."""

    title = "This image cannot be used so"


class InvalidRecipe(InputError):
    """A training recipe has a wrong key or value."""

    title = "This recipe is not valid"


class InvalidDesign(InputError):
    """A survey's design has a wrong key or value."""

    title = "This survey design is not valid"


class ModelError(MedsrError):
    """A model file is missing, damaged or does not match its card."""

    title = "This model cannot be used"
    advice = "Install the program again, or choose another method."


class OutputCheckFailed(MedsrError):
    """An upscaled image failed its check and is not shown."""

    title = "The result failed its check and is not shown"
    advice = "Choose another method or the fp32 precision, and report this with the details."


class OutOfMemory(MedsrError):
    """The device has too little memory, even for the smallest tile."""

    title = "Not enough memory"
    advice = "Choose a smaller scale factor, upscale the visible region alone, or choose the CPU."


class DeviceUnavailable(MedsrError):
    """The chosen device cannot be used."""

    title = "This device is not available"
    advice = "Choose the automatic device; `medsr doctor` lists what there is."


class SurveyError(MedsrError):
    """A survey is damaged, altered, closed, or in another state than was asked for."""

    title = "This survey cannot be used so"


class AnswerRefused(SurveyError):
    """An answer of an observer does not count."""

    title = "This answer does not count"


class AlreadyRecorded(SurveyError):
    """The same was recorded before, and is kept as it was."""

    title = "This was recorded already"
    advice = "Nothing was changed. Open the survey again to go on where it stands."


class SittingOvertaken(SurveyError):
    """The observer goes on in another window: this one takes no more answers."""

    title = "This sitting was continued in another window"
    advice = "Close this window and go on in the other. Every answer that was saved is kept."


class SurveyClosed(SurveyError):
    """The survey is closed: nothing more is rated."""

    title = "This survey is closed"
    advice = "Make a report of it, or set up a new survey."


class SurveyUnreachable(SurveyError):
    """The survey's database cannot be read or written now; nothing says that it was altered."""

    title = "The survey's database cannot be used now"


class WrongPassphrase(SurveyError):
    """The sealed allocation does not open with this passphrase."""

    title = "The passphrase is wrong"
    advice = "Type the passphrase that the survey was set up with; capital letters count."


class TooFewRatings(SurveyError):
    """There are too few ratings for a statistic that was asked for."""

    title = "There are too few ratings for this statistic"
    advice = "Let more observers rate more cases."


class CannotWrite(MedsrError):
    """A file cannot be written."""

    title = "The file was not written"
    advice = "Check that the folder exists, may be written to and has space left."


def _unpickled(kind: type[MedsrError], *arguments: object) -> MedsrError:
    return kind.__new__(kind, *arguments)
