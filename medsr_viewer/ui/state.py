"""What the window knows: facts, and a signal for each that tells when it changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from PySide6.QtCore import QObject, Signal

from medsr_viewer.imaging.collect import Collection
from medsr_viewer.imaging.frame import Frame, Voi, Window, full_range_window
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.study import Instance, Series, Study
from medsr_viewer.ui.display.drawn import Drawing
from medsr_viewer.ui.display.layouts import LayoutName
from medsr_viewer.ui.display.line import Ruler
from medsr_viewer.ui.display.sampling import Interpolation
from medsr_viewer.upscaling.blends import USUAL_PERCENT
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.workflows.compare import Mode

if TYPE_CHECKING:
    from medsr_viewer.upscaling.upscaler import Precision
    from medsr_viewer.workflows.score import RangeMode

RegionMode: TypeAlias = Literal["whole", "visible", "roi"]
FileStamp: TypeAlias = tuple[int, int]
"""Time of the last change in ns, and size in bytes: an overwritten file is another image."""
ImageKey: TypeAlias = tuple[str, FileStamp, int]


@dataclass(frozen=True, eq=False)
class OpenImage:
    """The image on screen and where it comes from.

    Parameters
    ----------
    study, series, instance : Study, Series, Instance
        What it belongs to.
    index : int
        Frame of the series, from 0.
    frame_index : int
        Frame of the instance, from 0.
    frame : Frame
        Its pixels.
    stamp : (int, int)
        Of the file, before it was read.
    suited : Window or None
        A window that suits the values; None for colour.
    """

    study: Study
    series: Series
    instance: Instance
    index: int
    frame_index: int
    frame: Frame
    stamp: FileStamp = (0, 0)
    suited: Window | None = None

    @property
    def key(self) -> ImageKey:
        """What tells this image from others."""
        return str(self.instance.path), self.stamp, self.frame_index

    def ruler(self, choices: Choices) -> Ruler:
        """Return what lengths in the panels' pixels are measured in: those of the reference, or of the upscaled."""
        frame, spacing = self.frame, self.frame.pixel_spacing
        if spacing is not None and choices.mode == "enhance":
            spacing = spacing[0] / choices.scale_factor, spacing[1] / choices.scale_factor
        return Ruler(spacing, frame.spacing_source, frame.pixel_aspect)


@dataclass(frozen=True)
class Choices:
    """Everything that a comparison depends on, but for the image."""

    mode: Mode = "test"
    scale_factor: int = 4
    device: str = "auto"
    precision: Precision = "fp32"
    contents: tuple[str, ...] = ()


_ANY_VOI = full_range_window(0.0, 255.0)


@dataclass(frozen=True)
class View:
    """How images are shown; changing it computes nothing."""

    voi: Voi = _ANY_VOI
    inverted: bool = False
    is_own_voi: bool = True
    """Whether the window is the file's own, and follows the next image's."""
    layout: LayoutName = "auto"
    interpolation: Interpolation = "auto"
    linked: bool = True
    overlays: bool = True


@dataclass(frozen=True)
class Measuring:
    """What scores are measured on."""

    range_mode: RangeMode = "full"
    region_mode: RegionMode = "whole"
    roi: Region | None = None
    draws: Drawing = ""
    """What a left drag draws: the region, or the line of the profile."""


_PLAIN_VIEW = View()


class State(QObject):
    """The window's facts. Controllers set them, widgets listen.

    Parameters
    ----------
    catalogue : Catalogue
        The methods that there are.
    choices : Choices
        To start with.
    view : View
        To start with.
    parent : QObject, optional
        Owner.
    """

    collection_changed = Signal()
    image_changed = Signal()
    choices_changed = Signal()
    view_changed = Signal()
    measuring_changed = Signal()
    playing_changed = Signal()

    def __init__(
        self, catalogue: Catalogue, choices: Choices, view: View = _PLAIN_VIEW, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.catalogue = catalogue
        self.collection = Collection((), ())
        self.image: OpenImage | None = None
        self.choices = choices
        self.view = view
        self.measuring = Measuring()
        self.is_playing = False
        """Whether image follows image by itself: networks wait meanwhile."""
        self.wishes: dict[int, str] = {}
        """Panels to the methods that the user wants in them and the scale factor in force does not have."""
        self.sharpness = USUAL_PERCENT
        """Position, in percent, at which a blend is shown that is chosen anew."""

    def set_catalogue(self, catalogue: Catalogue, contents: tuple[str, ...]) -> None:
        """Offer other methods, and show what of the panels' contents they have."""
        self.catalogue = catalogue
        self.choices = replace(self.choices, contents=contents)
        self.choices_changed.emit()

    def set_collection(self, collection: Collection) -> None:
        """Replace what was found among the opened paths."""
        self.collection = collection
        self.collection_changed.emit()

    def set_image(self, image: OpenImage) -> None:
        """Show another image. A window that the user chose stays within a series."""
        same_series = self.image is not None and self.image.series.uid == image.series.uid
        self.image = image
        if not same_series:
            self.update_measuring(roi=None, region_mode=_without_roi(self.measuring.region_mode))
        if not same_series or self.view.is_own_voi:
            inverted = self.view.inverted if same_series else image.frame.inverted
            self.update_view(voi=image.frame.vois[0], inverted=inverted, is_own_voi=True)
        self.image_changed.emit()

    def choose(self, **changes: Any) -> None:
        """Change some of the choices."""
        choices = replace(self.choices, **changes)
        if choices != self.choices:
            self.choices = choices
            self.choices_changed.emit()

    def update_view(self, **changes: Any) -> None:
        """Change how images are shown."""
        view = replace(self.view, **changes)
        if view != self.view:
            self.view = view
            self.view_changed.emit()

    def update_measuring(self, **changes: Any) -> None:
        """Change what scores are measured on."""
        measuring = replace(self.measuring, **changes)
        if measuring != self.measuring:
            self.measuring = measuring
            self.measuring_changed.emit()

    def set_playing(self, on: bool) -> None:
        """Begin or end playing."""
        if on != self.is_playing:
            self.is_playing = on
            self.playing_changed.emit()


def _without_roi(region_mode: RegionMode) -> RegionMode:
    return "whole" if region_mode == "roi" else region_mode
