"""What a survey is: cases, conditions, questions, and how they are put to the observers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

Protocol: TypeAlias = Literal["acr", "dsis", "queens", "pairs", "vgc", "roc"]
Role: TypeAlias = Literal["test", "reference", "anchor"]
Mode: TypeAlias = Literal["test", "enhance"]
Order: TypeAlias = Literal["latin", "random"]
Finding: TypeAlias = Literal["", "present", "absent"]

REFERENCE = "reference"
"""Name of the condition that is the undegraded image."""

UNKNOWN = Path()
"""In place of a path that only the coordinator's machine knows; see `medsr_viewer.survey.sources`."""


@dataclass(frozen=True)
class Case:
    """One image that is put to the observers under every condition.

    Parameters
    ----------
    name : str
        For the coordinator; observers never see it, and other sites have it in their files. Letters, digits, ".", "_",
        "-".
    path : Path
        DICOM or raster file; relative ones are relative to the design file. `UNKNOWN` where its survey does not tell.
    frame : int
        From 1.
    region : tuple of int
        Region of interest (row, column, height, width) in pixels of the image; empty: all of it.
    window : tuple of float
        (center, width) that it is shown with, in modality units; empty: the file's first, else its full range.
    training : bool
        Shown in the training phase alone, and left out of every analysis.
    finding : {"", "present", "absent"}
        The truth of the present/absent question (protocol roc).
    """

    name: str
    path: Path
    frame: int = 1
    region: tuple[int, ...] = ()
    window: tuple[float, ...] = ()
    training: bool = False
    finding: Finding = ""


@dataclass(frozen=True)
class Condition:
    """One way in which every case is shown.

    Parameters
    ----------
    name : str
        For the coordinator and the report; observers never see it.
    method : str
        Method of the viewer ("bicubic", "fmen" …); "" where the images come from a folder, or are the reference.
    images : Path or None
        Folder of images enhanced elsewhere, matched by the case's name or its file's stem; may be `UNKNOWN`, too.
    role : {"test", "reference", "anchor"}
        Hidden reference and low anchor are analysed apart.
    scale_factor : int or None
        Of the method, where it is not the survey's (mode test alone): the case is degraded by this one for it.
    """

    name: str
    method: str = ""
    images: Path | None = None
    role: Role = "test"
    scale_factor: int | None = None


@dataclass(frozen=True)
class Question:
    """What is asked of each stimulus.

    Parameters
    ----------
    name : str
        Key of its answers.
    text : str
        What the observer reads.
    scale : str
        Name of a `Scale`; "": the protocol's own. Protocol pairs has none.
    labels : tuple of str
        A scale of its own (protocol vgc), 2 to 7 words, the best first as on the screen; empty: `scale` holds.
    """

    name: str
    text: str
    scale: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrangement:
    """Who sees what, in which order.

    Parameters
    ----------
    seed : int or None
        Of every random choice; None: drawn when the survey is made. It is kept in the sealed allocation alone.
    order : {"latin", "random"}
        Blocks that hold every case once, the conditions balanced over blocks and observers (Latin square); or fully
        random. Either way no case is shown twice in succession where that can be had.
    observers : int
        How many sequences are prepared.
    cases_per_observer : int
        Balanced blocks of so many cases; 0: every observer reads all.
    repeat_share : float
        Share of the trials, 0 to 1, that is shown again later, for intra-observer reliability.
    attention_checks : int
        Trials that ask for a given answer.
    pairs_per_observer : int
        Protocol pairs: comparisons that an observer makes; 0: as many as there are stimuli.
    """

    seed: int | None = None
    order: Order = "latin"
    observers: int = 24
    cases_per_observer: int = 0
    repeat_share: float = 0.0
    attention_checks: int = 0
    pairs_per_observer: int = 0


@dataclass(frozen=True)
class Sitting:
    """How one sitting goes, and what an observer may do in it.

    Parameters
    ----------
    minutes : float
        After which a break is asked for (ITU-R BT.500: at most 30).
    break_minutes : float
        Its least length.
    delay_ms : int
        Mid-gray between two trials, the same before each: a loading time would tell methods apart.
    least_view_ms : int
        An answer counts only after the trial was shown for so long.
    back : bool
        Whether the last answer may be changed.
    zoom, window : bool
        Whether the observer may zoom and pan, and change the window.
    """

    minutes: float = 30.0
    break_minutes: float = 5.0
    delay_ms: int = 500
    least_view_ms: int = 1000
    back: bool = False
    zoom: bool = True
    window: bool = True


@dataclass(frozen=True)
class Screen:
    """What is the least a screen must have; a smaller one is refused.

    Parameters
    ----------
    width, height : int
        Physical pixels.
    """

    width: int = 1280
    height: int = 720


@dataclass(frozen=True)
class Texts:
    """In the coordinator's words; empty ones are the protocol's own."""

    instructions: str = ""
    consent: str = ""


@dataclass(frozen=True)
class Design:
    """A whole survey before any observer has seen it.

    Parameters
    ----------
    title : str
        Observers see it: it must name no method.
    protocol : {"acr", "dsis", "queens", "pairs", "vgc", "roc"}
        See `medsr_viewer.survey.protocols`.
    mode : {"test", "enhance"}
        Test: each case is degraded, then upscaled, and is the reference. Enhance: it is the input; no reference.
    scale_factor : int
        2, 3, 4 or 8; a condition may have another one.
    cases, conditions, questions : tuple
        At least one of each; two conditions at least, the hidden reference included.
    arrangement, sitting, screen, texts : see there
        How they are put to the observers.
    hidden_reference : bool
        Protocol acr in mode test: the undegraded image is rated too, as a condition of its own.
    edition : int
        The coordinator's count of versions of this design.
    """

    title: str
    protocol: Protocol
    scale_factor: int
    cases: tuple[Case, ...]
    conditions: tuple[Condition, ...]
    questions: tuple[Question, ...]
    mode: Mode = "test"
    arrangement: Arrangement = field(default_factory=Arrangement)
    sitting: Sitting = field(default_factory=Sitting)
    screen: Screen = field(default_factory=Screen)
    texts: Texts = field(default_factory=Texts)
    hidden_reference: bool = True
    edition: int = 1

    def factor_of(self, condition: Condition) -> int:
        """Return the scale factor of a condition's method."""
        return condition.scale_factor or self.scale_factor

    @property
    def factors(self) -> tuple[int, ...]:
        """The scale factors of the methods, ascending; the survey's own where there is no method."""
        found = {self.factor_of(condition) for condition in self.conditions if condition.method}
        return tuple(sorted(found or {self.scale_factor}))

    @property
    def main_cases(self) -> tuple[Case, ...]:
        """The cases that are analysed."""
        return tuple(case for case in self.cases if not case.training)

    @property
    def training_cases(self) -> tuple[Case, ...]:
        """The cases of the training phase."""
        return tuple(case for case in self.cases if case.training)
