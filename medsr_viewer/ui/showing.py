"""What a panel shows of what is known: picture, badge, scores. No widget is touched here."""

# ruff: noqa: RUF001 - the multiplication and minus signs are meant

from __future__ import annotations

from dataclasses import dataclass, replace

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.contents import DEGRADED, REFERENCE, is_error, is_map, method_of
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.results import Entry, PreparedImages, ResultKey, Results, Scored, result_key
from medsr_viewer.ui.state import Choices
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.workflows.captions import (
    NO_SCORE,
    REFERENCE_TITLE,
    RESEARCH_USE,
    SEPARATOR,
    input_caption,
    score_caption,
    upscaled_caption,
)

COMPUTING = "computing …"
NOT_COMPUTED = "not computed · F5 computes"
PAUSED = "not computed while playing"
IN_PART = "the rest is not computed · F5 goes on"


@dataclass(frozen=True, eq=False)
class Showing:
    """What one panel shows.

    Parameters
    ----------
    picture : Picture or None
        None: keep the one that stands, which is out of date.
    scale : ColourScale or None
        Of a map.
    badge, badge_kind : str
        The line that cannot be hidden.
    status : str
        A passing state.
    scores, scores_tooltip : str
        For the header.
    error : (str, str) or None
        Title and advice, in place of the picture.
    is_placeholder : bool
        Whether the picture stands in for one that is not there yet.
    """

    picture: Picture | None = None
    scale: ColourScale | None = None
    badge: str = ""
    badge_kind: str = "info"
    status: str = ""
    scores: str = ""
    scores_tooltip: str = ""
    error: tuple[str, str] | None = None
    is_placeholder: bool = False


@dataclass(frozen=True)
class Outlook:
    """What is to be expected of results that are not there, or not whole.

    Parameters
    ----------
    pending : str
        What is said of a result that is not there: `COMPUTING`, `NOT_COMPUTED` or `PAUSED`.
    visible : Region or None
        What the panels show, in pixels of the methods' input.
    """

    pending: str
    visible: Region | None = None


def showing(
    content: str, choices: Choices, results: Results, images: PreparedImages, catalogue: Catalogue, outlook: Outlook
) -> Showing:
    """Return what a panel shows.

    Parameters
    ----------
    content : str
        What was chosen in its header.
    choices : Choices
        In force.
    results : Results
        What was computed.
    images : PreparedImages
        The input of the methods.
    catalogue : Catalogue
        The methods that there are.
    outlook : Outlook
        For results that are not whole.
    """
    scale = choices.scale_factor
    if content == DEGRADED:
        return Showing(images.degraded, badge=input_caption(choices.mode, scale, images.degraded.shape))
    if content == REFERENCE:
        if images.reference is None:
            return Showing(images.degraded, badge="Input")
        return Showing(images.reference, badge=REFERENCE_TITLE, badge_kind="reference")
    return _computed(content, catalogue.find(method_of(content) or "", scale), choices, results, images, outlook)


def _computed(
    content: str, method: Method, choices: Choices, results: Results, images: PreparedImages, outlook: Outlook
) -> Showing:
    key = result_key(images.key, method, choices)
    entry = results.entry(key)
    waiting = Showing(
        images.degraded,
        badge=f"{'Degraded' if choices.mode == 'test' else 'Input'} · {method.name} is not computed",
        status=outlook.pending,
        is_placeholder=True,
    )
    if entry is None:
        return waiting
    if entry.picture is None:
        return _failed(entry, method)
    if is_map(content):
        return _map(content, key, results, waiting)
    shown = _upscaled(entry, entry.picture, method, choices, results.scored(key))
    return replace(shown, status=_progress(entry, outlook))


def _progress(entry: Entry, outlook: Outlook) -> str:
    """Return what is said of a result of which a part is there."""
    if entry.tiles is not None and not entry.is_cancelled:
        return "computing · tile {} of {}".format(*entry.tiles)
    if entry.is_whole or (outlook.visible is not None and entry.covers(outlook.visible)):
        return ""
    if outlook.pending != NOT_COMPUTED:
        return outlook.pending
    if entry.tiles is not None:
        return "cancelled at tile {} of {} · F5 goes on".format(*entry.tiles)
    return IN_PART


def _upscaled(entry: Entry, picture: Picture, method: Method, choices: Choices, scored: Scored | None) -> Showing:
    warns = method.is_learned and method.cards[choices.scale_factor].note
    text, tooltip = (
        score_text(scored if entry.result is not None else None)
        if choices.mode == "test"
        else (NO_SCORE, "Enhance: no reference exists.")
    )
    parts = [upscaled_caption(method, choices.scale_factor, choices.precision), RESEARCH_USE]
    if picture.is_growing:
        parts.insert(1, "in part")
    kind = "warning" if warns else "research"
    return Showing(picture, None, SEPARATOR.join(parts), kind, scores=text, scores_tooltip=tooltip)


def _map(content: str, key: ResultKey, results: Results, waiting: Showing) -> Showing:
    found = results.map_of(content, key)
    if found is not None:
        of = f"of {key.method} ×{key.source.scale_factor}"
        name = f"Error (upscaled − reference) {of}" if is_error(content) else f"SSIM {of} over the full data range"
        badge = f"{name} · {RESEARCH_USE}"
        text, tooltip = score_text(results.scored(key))
        return Showing(found.picture, found.scale, badge, "research", scores=text, scores_tooltip=tooltip)
    if results.map_failure is not None:
        return Showing(waiting.picture, error=(results.map_failure.title, results.map_failure.reason))
    return waiting


def _failed(entry: Entry, method: Method) -> Showing:
    error = entry.result.error if entry.result is not None else None
    title = f"{method.name}: {error.title if error else 'no result'}"
    advice = f"{error}\n{error.advice}" if error else ""
    return Showing(None, error=(title, advice), badge=f"{method.name} failed", badge_kind="warning")


def score_text(scored: Scored | None) -> tuple[str, str]:
    """Return the chip of a method's scores, and what they were measured on."""
    if scored is None:
        return "", ""
    return score_caption(scored.scores.psnr_db, scored.scores.ssim), scored.measured.describe()
