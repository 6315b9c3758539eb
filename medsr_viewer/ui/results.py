"""What was computed for the image on screen, and for those seen before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal

from medsr_viewer.imaging.region import Region
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.state import Choices, ImageKey, OpenImage
from medsr_viewer.upscaling.blends import position_of
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.workflows.compare import MethodResult, Mode, Prepared

if TYPE_CHECKING:
    from medsr_viewer.metrics.scores import Measured, Scores

CACHE_BYTES = 1 << 30
_PYRAMID = 4 / 3  # an image and its halved copies


@dataclass(frozen=True)
class InputKey:
    """What a degraded image and its reference depend on."""

    image: ImageKey
    mode: Mode
    scale_factor: int

    @property
    def grid_pixels(self) -> str:
        """Whose pixels the panels' coordinates count."""
        return "px of the reference" if self.mode == "test" else "px of the upscaled image"


@dataclass(frozen=True)
class ResultKey:
    """What an upscaled image depends on. Device and precision are "", and the card None, for interpolation.

    A blend's method is its name with the position. All of the card counts: how the weights are run makes other pixels,
    and a result's notes tell what else it says.
    """

    source: InputKey
    method: str
    device: str
    precision: str
    card: ModelCard | None = None


@dataclass(frozen=True, eq=False)
class PreparedImages:
    """The input of the methods, ready to be painted."""

    key: InputKey
    prepared: Prepared
    degraded: Picture
    reference: Picture | None

    @property
    def extent(self) -> tuple[int, int]:
        """Height and width of the upscaled images, to which the panels' coordinates refer."""
        rows, columns = self.prepared.degraded.shape[:2]
        return rows * self.key.scale_factor, columns * self.key.scale_factor


@dataclass(frozen=True, eq=False)
class Entry:
    """One method's result, whole or in the making.

    Parameters
    ----------
    picture : Picture or None
        None where the method failed.
    result : MethodResult or None
        None while tiles are arriving. Where going on with a part was cancelled: that of the part.
    within : Region or None
        The part of the input that was asked for; None: all of it.
    tiles : (int, int) or None
        How many are ready, of how many, where it is in the making or was cancelled.
    is_cancelled : bool
        Whether it was left before its end.
    """

    picture: Picture | None
    result: MethodResult | None = None
    within: Region | None = None
    tiles: tuple[int, int] | None = None
    is_cancelled: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every pixel is there."""
        return self.result is not None and self.result.upscaled is not None and self.result.upscaled.is_whole

    @property
    def bytes(self) -> int:
        """About what it holds in memory."""
        return int(self.picture.pixels.nbytes * _PYRAMID) if self.picture else 0

    def covers(self, region: Region | None) -> bool:
        """Whether this answers a request for a part of the input (None: all of it), be it with an error."""
        if self.result is None:
            return False
        upscaled = self.result.upscaled
        if self.within is None or (upscaled is not None and upscaled.is_whole):
            return True
        if region is None or upscaled is None:
            return region is not None and region.intersection(self.within) == region
        wanted = region.scaled(upscaled.scale_factor).intersection(Region.whole(upscaled.pixels.shape))
        return sum(part.intersection(wanted).area for part in upscaled.computed) == wanted.area


@dataclass(frozen=True, eq=False)
class Scored:
    """The scores of one result and what they were measured on."""

    key: ResultKey
    scores: Scores
    measured: Measured


@dataclass(frozen=True, eq=False)
class Map:
    """An error or SSIM map of one result, ready to be painted."""

    key: ResultKey
    picture: Picture
    scale: ColourScale


MapsByKey: TypeAlias = dict[str, Map]


@dataclass
class _Store:
    """Finished results, the least recently used dropped first, but none of the image on screen.

    Of that image's blends only positions that panels show are safe: a slider passes many.
    """

    limit: int
    entries: OrderedDict[ResultKey, Entry] = field(default_factory=OrderedDict)
    needed: frozenset[ResultKey] = frozenset()

    def get(self, key: ResultKey) -> Entry | None:
        if key in self.entries:
            self.entries.move_to_end(key)
        return self.entries.get(key)

    def keep(self, key: ResultKey, entry: Entry) -> None:
        self.entries[key] = entry
        self.entries.move_to_end(key)

    def put(self, key: ResultKey, entry: Entry) -> None:
        self.keep(key, entry)
        total = sum(kept.bytes for kept in self.entries.values())
        for old in [old for old in self.entries if self._may_go(old, key)]:
            if total <= self.limit:
                return
            total -= self.entries.pop(old).bytes

    def _may_go(self, old: ResultKey, new: ResultKey) -> bool:
        if old.source != new.source:
            return True
        return position_of(old.method) is not None and old != new and old not in self.needed


class Results(QObject):
    """Everything computed; controllers write it, the panels read it.

    Parameters
    ----------
    cache_bytes : int
        Results are kept up to this size.
    parent : QObject, optional
        Owner.
    """

    prepared_changed = Signal()
    entry_changed = Signal(str)
    """Takes the method's name."""
    scores_changed = Signal()
    maps_changed = Signal()

    def __init__(self, cache_bytes: int = CACHE_BYTES, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.prepared: PreparedImages | None = None
        self.scores: dict[str, Scored] = {}
        self.maps: MapsByKey = {}
        self.map_failure: Failure | None = None
        self._failure: tuple[InputKey, Failure] | None = None
        self._store = _Store(cache_bytes)
        self._growing: dict[ResultKey, Entry] = {}

    def prepared_for(self, key: InputKey | None) -> PreparedImages | None:
        """Return the degraded image and the reference if they are those of a key."""
        return self.prepared if self.prepared is not None and self.prepared.key == key else None

    def failure_of(self, key: InputKey) -> Failure | None:
        """Return why the methods of a key have no input."""
        return self._failure[1] if self._failure is not None and self._failure[0] == key else None

    def entry(self, key: ResultKey) -> Entry | None:
        """Return a result, finished or in the making."""
        return self._growing.get(key) or self._store.get(key)

    def set_prepared(self, images: PreparedImages) -> None:
        """Take over the input of the methods; scores and maps of another image go."""
        changed = self.prepared is None or self.prepared.key != images.key
        self.prepared = images
        if changed:
            self.set_scores({})
            self.set_maps({})
        self.prepared_changed.emit()

    def set_failure(self, key: InputKey, failure: Failure) -> None:
        """Note that a comparison failed."""
        self._failure = (key, failure)
        self.prepared_changed.emit()

    def set_needed(self, keys: Iterable[ResultKey]) -> None:
        """Say which results the panels show."""
        self._store.needed = frozenset(keys)

    def set_growing(self, key: ResultKey, entry: Entry) -> None:
        """Take over a result in the making."""
        self._growing[key] = entry
        self.entry_changed.emit(key.method)

    def finish(self, key: ResultKey, entry: Entry) -> None:
        """Take over a finished result."""
        self._growing.pop(key, None)
        self._store.put(key, entry)
        self.entry_changed.emit(key.method)

    def leave(self, keys: Iterable[ResultKey]) -> None:
        """Note that results are in the making no more: their work was cancelled. Tiles that are ready stay."""
        for key in keys:
            if (entry := self._growing.pop(key, None)) is not None:
                before = self._store.get(key)
                if before is not None and before.picture is entry.picture:
                    entry = replace(entry, result=before.result, within=before.within)
                self._store.keep(key, replace(entry, is_cancelled=True))
            self.entry_changed.emit(key.method)

    def set_scores(self, scores: dict[str, Scored]) -> None:
        """Replace the scores, by method."""
        self.scores = scores
        self.scores_changed.emit()

    def scored(self, key: ResultKey) -> Scored | None:
        """Return the scores of just this result: there may be others of the same method."""
        found = self.scores.get(key.method)
        return found if found is not None and found.key == key else None

    def scores_of(self, image: OpenImage | None, choices: Choices) -> dict[str, Scored]:
        """Return the scores, by method, that are of an image under the choices in force."""
        if image is None:
            return {}
        source = input_key(image, choices)
        return {name: one for name, one in self.scores.items() if _is_in_force(one.key, source, choices)}

    def set_maps(self, maps: MapsByKey, failure: Failure | None = None) -> None:
        """Replace the maps, by content key."""
        self.maps, self.map_failure = maps, failure
        self.maps_changed.emit()

    def map_of(self, content: str, key: ResultKey) -> Map | None:
        """Return a map of just this result."""
        found = self.maps.get(content)
        return found if found is not None and found.key == key else None


def input_key(image: OpenImage, choices: Choices) -> InputKey:
    """Return the key of an image under the choices in force."""
    return InputKey(image.key, choices.mode, choices.scale_factor)


def result_key(source: InputKey, method: Method, choices: Choices) -> ResultKey:
    """Return the key of a method's result under the choices in force."""
    if not method.is_learned:
        return ResultKey(source, method.name, "", "")
    return ResultKey(source, method.name, choices.device, choices.precision, method.cards[source.scale_factor])


def _is_in_force(key: ResultKey, source: InputKey, choices: Choices) -> bool:
    device = choices.device, choices.precision
    return key.source == source and (key.device, key.precision) in (("", ""), device)
