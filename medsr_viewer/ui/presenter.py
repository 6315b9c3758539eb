"""Brings what is known onto the panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel

from medsr_viewer.models.blending import BlendedCard
from medsr_viewer.ui.comparing import Comparing
from medsr_viewer.ui.contents import Choice, choices, is_map, line_name, method_of, sharpness_of, without_position
from medsr_viewer.ui.corners import corner_lines
from medsr_viewer.ui.display.line import Ruler
from medsr_viewer.ui.display.panel import Panel
from medsr_viewer.ui.display.panel_grid import PanelGrid
from medsr_viewer.ui.results import InputKey, Results, input_key, result_key
from medsr_viewer.ui.showing import COMPUTING, NOT_COMPUTED, PAUSED, Outlook, Showing, showing
from medsr_viewer.ui.state import OpenImage, State
from medsr_viewer.workflows.weights import ends_caption


class Presenter(QObject):
    """Keeps a grid of panels up to date with state and results.

    Parameters
    ----------
    grid : PanelGrid
        The panels.
    state : State
        The choices.
    results : Results
        What was computed.
    comparing : Comparing
        Who computes.
    parent : QObject, optional
        Owner.
    """

    named = Signal(object)
    """OpenImage: the texts, and the pictures if there are any, are this image's now."""

    def __init__(
        self,
        grid: PanelGrid,
        state: State,
        results: Results,
        comparing: Comparing,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._grid, self._state, self._results = grid, state, results
        self._comparing = comparing
        self._shown: list[tuple[InputKey, str] | None] = []
        self._headers: tuple[object, ...] = ()
        self._extent_of: InputKey | None = None
        self._named: OpenImage | None = None
        self._view = state.view
        self._series_uid = ""
        state.choices_changed.connect(self.refresh)
        state.image_changed.connect(self.refresh)
        state.playing_changed.connect(self.refresh)
        state.view_changed.connect(self._on_view)
        results.prepared_changed.connect(self.refresh)
        results.maps_changed.connect(self.refresh)
        results.scores_changed.connect(self.refresh)
        results.entry_changed.connect(self._on_entry)
        comparing.settled.connect(self.refresh)
        self._on_view()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Bring every panel up to date; while images are played, all panels go to the next one at once."""
        if self._state.is_playing and not self._is_complete():
            return
        contents = self._state.choices.contents
        if len(self._grid.panels) != len(contents):
            self._grid.set_panel_count(len(contents))
        self._shown = [*self._shown, *[None] * len(contents)][: len(contents)]
        self._dress_headers()
        if self._state.image is not None:
            self._adopt_geometry(self._state.image)
        for index, content in enumerate(contents):
            self._refresh_panel(index, content)

    @Slot(str)
    def _on_entry(self, method: str) -> None:
        if self._state.is_playing:
            self.refresh()
            return
        for index, content in enumerate(self._state.choices.contents):
            if method_of(content) == method:
                self._refresh_panel(index, content)

    @Slot()
    def _on_view(self) -> None:
        view = self._state.view
        if self._named is not None and self._named is not self._state.image:
            # The picture that stands keeps its own window until the next image is prepared.
            view = replace(view, voi=self._view.voi, inverted=self._view.inverted)
        self._view = view
        self._grid.set_display(view.voi, view.inverted)
        self._grid.set_interpolation(view.interpolation)
        self._grid.set_overlays_visible(view.overlays)
        if self._grid.layout_name != view.layout:
            self._grid.set_layout(view.layout)
        self._grid.set_linked(view.linked)
        self._write_corners()

    def _write_corners(self) -> None:
        # Of the image whose pictures stand there: the one asked for may still have to be prepared.
        if self._named is None:
            return
        lines = corner_lines(self._named, self._view)
        for panel in self._grid.panels:
            panel.set_corners(lines.top_left, lines.top_right, lines.bottom_left, lines.bottom_right)

    def _adopt_geometry(self, image: OpenImage) -> None:
        images = self._results.prepared_for(input_key(image, self._state.choices))
        if images is None or (images.key == self._extent_of and image is self._named):
            return
        self._extent_of = images.key
        self._grid.set_extent(*images.extent)
        self._grid.set_wheel_zooms(image.series.frame_count == 1)
        self._grid.set_value_range(*image.frame.value_range)
        self._grid.set_ruler(image.ruler(self._state.choices))
        edges = image.frame.orientation
        for panel in self._grid.panels:
            if edges is None:
                panel.set_orientation("", "", "", "")
            else:
                panel.set_orientation(edges.left, edges.top, edges.right, edges.bottom)
            if images.reference is not None:
                panel.set_flip_picture(images.reference)
            else:
                panel.set_flip_picture(images.degraded, "Input", "info")
        self._name(image)

    def _leave(self, image: OpenImage) -> None:
        """Drop everything of the image before: this one has no pictures, and will have none for now."""
        self._extent_of = None
        self._shown = [None] * len(self._shown)
        self._grid.set_ruler(Ruler())
        for panel in self._grid.panels:
            panel.set_picture(None)
            panel.set_flip_picture(None)
            panel.set_orientation("", "", "", "")
        self._name(image)

    def _name(self, image: OpenImage) -> None:
        if image.series.uid != self._series_uid:
            self._series_uid = image.series.uid
            self._grid.drawn.set_roi(None)
            self._grid.drawn.set_line(None)
            self._grid.reset()
        self._named = image
        self._on_view()
        self.named.emit(image)

    def _refresh_panel(self, index: int, content: str) -> None:
        image, state = self._state.image, self._state.choices
        if image is None:
            return
        panel = self._grid.panels[index]
        pending = COMPUTING if self._comparing.is_busy else NOT_COMPUTED
        if self._state.is_playing and self._is_learned(content):
            pending = PAUSED
        images = self._results.prepared_for(input_key(image, state))
        if images is None:
            self._show_stale(index, panel, image)
            return
        outlook = Outlook(pending, self._comparing.visible)
        wanted = showing(content, state, self._results, images, self._state.catalogue, outlook)
        if wanted.is_placeholder and self._may_stay(index, content, images.key):
            panel.set_status(f"stale · {pending}")
            return
        self._shown[index] = None if wanted.is_placeholder else (images.key, content)
        _apply(panel, wanted)

    def _is_complete(self) -> bool:
        """Whether all that is computed while images are played is there, or will not come."""
        image, choices = self._state.image, self._state.choices
        if image is None:
            return False
        key = input_key(image, choices)
        if self._results.failure_of(key) is not None:
            return True
        return self._results.prepared_for(key) is not None and all(
            self._is_learned(content) or self._is_ready(content, key) for content in choices.contents
        )

    def _is_ready(self, content: str, key: InputKey) -> bool:
        if (name := method_of(content)) is None:
            return True
        result = result_key(key, self._state.catalogue.find(name, key.scale_factor), self._state.choices)
        entry = self._results.entry(result)
        if entry is None or entry.result is None:
            return False
        has_map = self._results.map_of(content, result) is not None or self._results.map_failure is not None
        return has_map or entry.picture is None or not is_map(content)

    def _is_learned(self, content: str) -> bool:
        name = method_of(content)
        return name is not None and self._state.catalogue.find(name, self._state.choices.scale_factor).is_learned

    def _show_stale(self, index: int, panel: Panel, image: OpenImage) -> None:
        failure = self._results.failure_of(input_key(image, self._state.choices))
        is_computing = self._comparing.is_busy
        is_another = self._named is None or self._named.key != image.key
        if is_another and (failure is not None or not is_computing):
            # Another image's pictures must not stand under this one's name.
            self._leave(image)
        if failure is not None and self._shown[index] is None:
            panel.set_picture(None)  # it only stood in for what will not come
        if panel.picture is not None:
            panel.set_status(f"stale · {COMPUTING}" if is_computing else "stale")
        elif failure is not None:
            _apply(panel, Showing(error=(failure.title, f"{failure.reason}\n{failure.advice}")))
        else:
            _apply(panel, Showing(status=COMPUTING if is_computing else NOT_COMPUTED))

    def _may_stay(self, index: int, content: str, key: InputKey) -> bool:
        """Whether what a panel shows is an older result of the same image, method and size: it stays, marked stale.

        A blend at another position is the same method.
        """
        shown = self._shown[index]
        if shown is None or shown[0].image != key.image or shown[0].mode != key.mode:
            return False
        if without_position(shown[1]) != without_position(content):
            return False
        return shown[0].scale_factor == key.scale_factor or (key.mode == "test" and not is_map(content))

    def _dress_headers(self) -> None:
        state, catalogue = self._state.choices, self._state.catalogue
        headers = (state.mode, state.scale_factor, state.contents, self._state.image is not None, catalogue)
        if headers == self._headers:
            return
        self._headers = headers
        for panel, content in zip(self._grid.panels, state.contents, strict=True):
            offered = choices(catalogue, state.mode, state.scale_factor, content, self._state.sharpness)
            panel.set_choices([(c.key, c.label) for c in offered], content, enabled=self._state.image is not None)
            _disable(panel, offered)
            panel.set_sharpness(*self._sharpness(content))
            panel.set_line_name(line_name(content, state.mode))
        self._extent_of = None  # a panel that was just added knows nothing yet

    def _sharpness(self, content: str) -> tuple[int | None, str]:
        """Return the position of a content's blend, and what its ends measured."""
        percent, scale = sharpness_of(content), self._state.choices.scale_factor
        if percent is None:
            return None, ""
        card = self._state.catalogue.find(method_of(content) or "", scale).cards[scale]
        return percent, ends_caption(card) if isinstance(card, BlendedCard) else ""


def _disable(panel: Panel, offered: Sequence[Choice]) -> None:
    model = panel.chooser.model()
    if not isinstance(model, QStandardItemModel):
        return
    for row, choice in enumerate(offered):
        item = model.item(row)
        if choice.obstacle:
            item.setEnabled(False)
            item.setData(choice.obstacle, Qt.ItemDataRole.ToolTipRole)


def _apply(panel: Panel, wanted: Showing) -> None:
    if wanted.picture is not None and panel.picture is not wanted.picture:
        panel.set_picture(wanted.picture)
    else:
        panel.refresh()
    panel.set_colorbar(wanted.scale)
    panel.set_badge(wanted.badge, wanted.badge_kind)
    panel.set_status(wanted.status)
    panel.set_scores(wanted.scores, wanted.scores_tooltip)
    panel.set_error(*(wanted.error or ("", "")))
