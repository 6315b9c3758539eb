"""The panels side by side, looking at the same place through the same window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from medsr_viewer.imaging.frame import Voi, Window
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display import theme
from medsr_viewer.ui.display.gestures import linear_equivalent, window_after
from medsr_viewer.ui.display.image_item import Appearance
from medsr_viewer.ui.display.line import Ruler
from medsr_viewer.ui.display.overlay import MARGIN, BarBasis
from medsr_viewer.ui.display.panel import Panel
from medsr_viewer.ui.display.panel_wall import MAX_PANELS, PanelWall
from medsr_viewer.ui.display.sampling import Interpolation
from medsr_viewer.ui.display.view_state import ViewState

__all__ = ["MAX_PANELS", "PanelGrid"]

_FRAME_MS = 16
_LIMIT_A_PIXEL = 1.01


class PanelGrid(PanelWall):
    """One to six panels with linked pan, zoom, crosshair, window, region of interest and line.

    Everything is in reference pixels: x to the right, y down, pixel (0, 0) covering 0..1 in both. The grid changes the
    view by itself; window, contents and frame are only asked for by signals.
    """

    visible_changed = Signal(object)
    """Region: the reference pixels shown, at most once a frame."""
    window_dragged = Signal(float, float)
    """Centre and width asked for by a drag."""
    error_limit_dragged = Signal(float)
    """Largest error told apart, asked for by a drag on an error map."""
    cursor_moved = Signal(object)
    """(x, y) in reference pixels, or None."""
    scrolled = Signal(int)
    panel_content_chosen = Signal(int, str)
    panel_sharpness_chosen = Signal(int, int)
    """Panel, and the position of its blend in percent."""
    context_menu_requested = Signal(int, QPoint)
    """Panel, and the place on the screen."""
    view_changed = Signal()
    """Zoom, centre or turn have changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._linked = True
        self._appearance = Appearance()
        self._interpolation: Interpolation = "auto"
        self._value_range: tuple[float, float] | None = None
        self._drag_start = Window(0.0, 1.0)
        self._drag_range = (0.0, 1.0)
        self._drag_limit: float | None = None  # set while the drag is on an error map
        self._wheel_zooms = False
        self._own_views: list[ViewState] = []  # of each panel, for when they are not linked
        self._reported: Region | None = None
        self._report = QTimer(self)
        self._report.setSingleShot(True)
        self._report.setInterval(_FRAME_MS)
        self._report.timeout.connect(self._report_visible)
        self._watch(self._view)
        self.set_panel_count(3)

    @property
    def view(self) -> ViewState:
        """The view of the focused panel: the shared one while panels are linked."""
        return self._panels[self._focused].canvas.view

    def set_extent(self, height: float, width: float) -> None:
        """Set the size of the reference. View and shapes stay where they are: call `reset` for another picture."""
        before = self._view.extent
        for view in self._views():
            view.set_extent(height, width)
        if (height, width) != before:
            self.drawn.follow(before, (height, width))
            self._show_cursor(None)

    def set_display(self, voi: Voi, inverted: bool) -> None:
        """Show every panel through the same window; only the table is computed again."""
        self._appearance = Appearance(voi, inverted)
        self._dress()

    def set_value_range(self, low: float, high: float) -> None:
        """Set the range that the step of a window drag follows; by default the first picture's."""
        self._value_range = (low, high)

    def set_interpolation(self, name: Interpolation) -> None:
        """Choose "auto" (nearest when enlarged, averaged when reduced), "nearest" or "smooth"."""
        self._interpolation = name
        self._dress()

    @property
    def interpolation(self) -> str:
        """The interpolation in force in the focused panel: "nearest", "smooth", "averaged", or "" without a picture."""
        canvas = self._panels[self._focused].canvas
        return canvas.item.interpolation(canvas.view.zoom)

    @property
    def linked(self) -> bool:
        """Whether the panels share one view."""
        return self._linked

    def set_linked(self, linked: bool) -> None:
        """Link the panels, all taking the focused one's view, or give each its own."""
        if linked == self._linked:
            return
        shared = self._panels[self._focused].canvas.view
        self._linked = linked
        for panel, own in zip(self._panels, self._own_views, strict=True):
            panel.canvas.view = self._view if linked else own
        for view in self._views():
            view.adopt(shared)
        self._refit()

    def fit(self) -> None:
        """Show the whole image."""
        self.view.fit()

    def one_to_one(self) -> None:
        """Show a reference pixel as one screen pixel."""
        self.view.one_to_one()

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle."""
        self.view.zoom_by(factor)

    def reset(self) -> None:
        """Undo zoom, pan, flips and turns, in all panels."""
        for view in self._views():
            view.reset()

    def set_overlays_visible(self, visible: bool) -> None:
        """Show or hide texts, letters, crosshair and scale bar. Badges, errors and colour bars stay."""
        for panel in self._panels:
            panel.canvas.overlays_visible = visible
            panel.canvas.update()

    @property
    def overlays_visible(self) -> bool:
        """Whether the texts over the pictures show."""
        return self._panels[0].canvas.overlays_visible

    def set_ruler(self, ruler: Ruler) -> None:
        """Set what lengths are measured in."""
        for panel in self._panels:
            panel.canvas.overlay.ruler = ruler
            panel.canvas.update()

    def visible_region(self) -> Region:
        """Return the reference pixels that any panel shows."""
        seen = [panel.canvas.projection.visible(panel.canvas.view.extent) for panel in self._visible_panels()]
        seen = [region for region in seen if region.area]
        if not seen:
            return Region(0, 0, 0, 0)
        top, left = min(region.top for region in seen), min(region.left for region in seen)
        bottom, right = max(region.bottom for region in seen), max(region.right for region in seen)
        return Region(top, left, bottom - top, right - left)

    @property
    def wheel_zooms(self) -> bool:
        """Whether the plain wheel zooms: for a series of one frame."""
        return self._wheel_zooms

    def set_wheel_zooms(self, on: bool) -> None:
        """Let the plain wheel zoom instead of scrolling."""
        self._wheel_zooms = on
        for panel in self._panels:
            panel.canvas.wheel_zooms = on

    def step_sharpness(self, steps: int) -> None:
        """Move the slider of the focused panel; where that shows no blend, of the first that does."""
        panels = [self._panels[self._focused], *self.panels]
        for panel in panels:
            if panel.sharpness.position is not None:
                panel.sharpness.step(steps)
                return

    def set_flip(self, flipped: bool) -> None:
        """Show the reference in every panel while a key is held."""
        for panel in self._panels:
            panel.set_flip(flipped)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clear what is drawn with Esc or Del; open the chooser with Alt+Down."""
        drawn = self.drawn
        clears = event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Delete)
        if clears and (drawn.roi is not None or drawn.line is not None):
            drawn.set_roi(None)
            drawn.set_line(None)
        elif event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._panels[self._focused].chooser.showPopup()
        else:
            super().keyPressEvent(event)

    def _prepare_panel(self, index: int, panel: Panel) -> None:
        own = ViewState(self)
        own.adopt(self._view)
        self._watch(own)
        self._own_views.append(own)
        if not self._linked:
            panel.canvas.view = own
        canvas = panel.canvas
        canvas.line_colour = theme.PANEL_COLOURS[index]
        if self._panels:
            first = self._panels[0].canvas
            canvas.wheel_zooms = first.wheel_zooms
            canvas.overlays_visible = first.overlays_visible
            canvas.overlay.ruler = first.overlay.ruler
        canvas.bar_basis = partial(self._bar_basis, panel)
        panel.set_appearance(self._appearance, self._interpolation)
        panel.content_chosen.connect(partial(self.panel_content_chosen.emit, index))
        panel.sharpness_chosen.connect(partial(self.panel_sharpness_chosen.emit, index))
        canvas.window_drag_started.connect(partial(self._start_window_drag, panel))
        canvas.window_drag_moved.connect(self._move_window)
        canvas.cursor_moved.connect(self._show_cursor)
        canvas.scrolled.connect(self.scrolled)
        canvas.context_menu_requested.connect(partial(self.context_menu_requested.emit, index))

    def _bar_basis(self, panel: Panel) -> BarBasis:
        shown = self._visible_panels() if self._linked else [panel]
        sizes = [one.canvas.item.picture.pixel_size for one in shown if one.canvas.item.picture is not None]
        room = min(one.canvas.device_size[0] - 2 * MARGIN * one.devicePixelRatioF() for one in shown) / 4
        return BarBasis(room, max(sizes, default=1.0))

    def _watch(self, view: ViewState) -> None:
        view.changed.connect(self.view_changed)
        view.changed.connect(self._report.start)

    def _views(self) -> list[ViewState]:
        return [self._view, *self._own_views]

    def _dress(self) -> None:
        for panel in self._panels:
            panel.set_appearance(self._appearance, self._interpolation)

    def _refit(self) -> None:
        if self._linked:
            # The first panel is the largest in every arrangement; elsewhere the same zoom shows the middle.
            self._view.set_viewport(*self._visible_panels()[0].canvas.device_size)
        else:
            for panel in self._visible_panels():
                panel.canvas.view.set_viewport(*panel.canvas.device_size)
        self._report.start()

    @Slot()
    def _report_visible(self) -> None:
        region = self.visible_region()
        if region != self._reported:
            self._reported = region
            self.visible_changed.emit(region)

    def _start_window_drag(self, panel: Panel) -> None:
        scale = panel.canvas.item.scale
        self._drag_limit = scale.high if scale is not None and scale.kind == "diverging" else None
        self._drag_start = linear_equivalent(self._appearance.voi)
        pictures = [panel.picture for panel in self.panels if panel.picture is not None]
        self._drag_range = self._value_range or (pictures[0].value_range if pictures else (0.0, 255.0))

    @Slot(float, float, bool)
    def _move_window(self, right: float, down: float, fine: bool) -> None:
        if self._drag_limit is not None:
            self.error_limit_dragged.emit(self._drag_limit * _LIMIT_A_PIXEL ** (right / (5 if fine else 1)))
            return
        self.window_dragged.emit(*window_after(self._drag_start, self._drag_range, (right, down), fine))

    @Slot(object)
    def _show_cursor(self, at: tuple[float, float] | None) -> None:
        if at is not None:
            height, width = self._view.extent
            at = at if 0 <= at[0] < width and 0 <= at[1] < height else None
        for panel in self._visible_panels():
            panel.show_cursor(at)
        self.cursor_moved.emit(at)
