"""What each observer is shown, in order, and not a word of which condition it is: readable while rating goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Phase: TypeAlias = Literal["training", "main"]


@dataclass(frozen=True)
class Stimulus:
    """One image, ready to be shown; its identifier is random.

    Parameters
    ----------
    identifier : str
        32 hexadecimal digits; also the name of its file.
    digest : str
        SHA-256 of the file, hexadecimal.
    shape : tuple of int
        (H, W) or (H, W, 3), equal for all stimuli of a case.
    window : (float, float)
        (center, width) that it is shown with, in the unit of its values.
    inverted : bool
        MONOCHROME1.
    pixel_spacing : tuple of float
        (row, column) mm of the pixels shown; empty where unknown.
    """

    identifier: str
    digest: str
    shape: tuple[int, ...]
    window: tuple[float, float]
    inverted: bool = False
    pixel_spacing: tuple[float, ...] = ()


@dataclass(frozen=True)
class Trial:
    """One screen.

    Parameters
    ----------
    identifier : str
        Unique within an observer's sequence.
    rated : tuple of str
        Stimuli that are rated (or chosen from), left to right, unlabelled.
    labelled : str
        Stimulus shown beside them and labelled as the original; "" where there is none.
    phase : {"training", "main"}
        Answers of the training phase are not analysed.
    expected : tuple of int
        Training alone, where the allocation is sealed: for each rated stimulus the value that the observer is told it
        deserves (the reference's 5, the anchor's 1), so that the scale's direction is learnt; 0: none. Empty: no
        feedback.
    """

    identifier: str
    rated: tuple[str, ...]
    labelled: str = ""
    phase: Phase = "main"
    expected: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plan:
    """All that is shown.

    Parameters
    ----------
    stimuli : dict of str to Stimulus
        By identifier.
    training : tuple of Trial
        The same for all observers.
    sequences : tuple of tuple of Trial
        One a slot; an observer is given the next free one.
    groups : tuple of tuple of str
        Protocol pairs alone: stimuli that are compared with one another (those of one case); the trials are then chosen
        while rating goes on, and `sequences` are empty.
    """

    stimuli: dict[str, Stimulus]
    training: tuple[Trial, ...]
    sequences: tuple[tuple[Trial, ...], ...]
    groups: tuple[tuple[str, ...], ...] = ()


TrialKind: TypeAlias = Literal["main", "repeat", "attention", "training"]


@dataclass(frozen=True)
class Meaning:
    """What a stimulus is: known to the coordinator alone, until the survey is closed.

    Parameters
    ----------
    case, condition : str
        Names in the design; "" for both: an attention check.
    """

    case: str
    condition: str


@dataclass(frozen=True)
class Origin:
    """How the images of a condition came about.

    Parameters
    ----------
    method : str
        "" where they were enhanced elsewhere, or are the undegraded ones.
    scale_factor : int
        Of the method; 0 where there is none.
    weights_sha256 : tuple of str
        Of the files of its weights, hexadecimal: several of a blend, none of interpolation.
    devices : tuple of str
        That computed them, in words.
    orientations : int or None
        Of each image, that its network's result is the mean over; None where no network made it, and in surveys of
        older versions, which did not keep it.
    """

    method: str = ""
    scale_factor: int = 0
    weights_sha256: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    orientations: int | None = None


@dataclass(frozen=True)
class Computation:
    """With what the stimuli were computed: what it takes to make the same again.

    Parameters
    ----------
    program : str
        Name and version.
    degradation : str
        Kernel that the cases were degraded by; "" where they were not.
    versions : dict of str to str
        Of Python and the libraries that compute.
    conditions : dict of str to Origin
        By condition.
    """

    program: str
    degradation: str
    versions: dict[str, str]
    conditions: dict[str, Origin]


@dataclass(frozen=True)
class Allocation:
    """The sealed part: which stimulus is what, and why a trial is there.

    Parameters
    ----------
    nonce : str
        32 random bytes, hexadecimal: without it the commitment could be guessed.
    seed : int
        Of the random choices.
    meanings : dict of str to Meaning
        By stimulus.
    kinds : dict of str to TrialKind
        By "slot/trial identifier", slots counted from 0; main ones are left out, and so is the training phase.
    expected : dict of str to int
        The answer that an attention check asks for, by stimulus. For training: the value that feedback is given on.
    computation : Computation or None
        How the stimuli were computed; None of surveys that were set up before this was kept.
    """

    nonce: str
    seed: int
    meanings: dict[str, Meaning]
    kinds: dict[str, TrialKind]
    expected: dict[str, int]
    computation: Computation | None = None
