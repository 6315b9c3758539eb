"""What the user asks for, turned into changes of state and work in the background."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from medsr_viewer.imaging.frame import Voi, Window
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.windowing import PRESETS
from medsr_viewer.ui.comparing import Comparing
from medsr_viewer.ui.contents import (
    at_position,
    best_method,
    error_of,
    is_error,
    is_map,
    method_of,
    possible_contents,
    similarity_of,
    unmet_wishes,
    with_wishes,
)
from medsr_viewer.ui.display.drawn import Drawing
from medsr_viewer.ui.display.panel_grid import MAX_PANELS, PanelGrid
from medsr_viewer.ui.opening import Opening
from medsr_viewer.ui.runner import Runner
from medsr_viewer.ui.scoring import Scoring
from medsr_viewer.ui.state import State
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import SCALE_FACTORS


class Controller(QObject):
    """Takes intents from the window and its panels.

    Parameters
    ----------
    state : State
        What is in force.
    grid : PanelGrid
        The panels.
    opening, comparing, scoring : Opening, Comparing, Scoring
        The work.
    running : tuple of Runner
        What Esc stops.
    parent : QObject, optional
        Owner.
    """

    error_limit_stepped = Signal(int)
    """1: larger, -1: smaller."""

    def __init__(
        self,
        state: State,
        grid: PanelGrid,
        opening: Opening,
        comparing: Comparing,
        scoring: Scoring,
        running: tuple[Runner, ...],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.state, self.grid, self.opening = state, grid, opening
        self._comparing, self._scoring, self._running = comparing, scoring, running
        grid.window_dragged.connect(self._on_window_dragged)
        grid.scrolled.connect(opening.step)
        grid.visible_changed.connect(self._on_visible)
        grid.drawn.roi_changed.connect(self._on_roi)
        grid.panel_content_chosen.connect(self.set_content)
        grid.panel_sharpness_chosen.connect(self.set_sharpness)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """Return what each action does, but for those of the window itself."""
        state, grid, opening = self.state, self.grid, self.opening
        return {
            "open-sample": opening.open_sample,
            "mode": self.switch_mode,
            "smaller-scale": lambda: self.step_scale(-1),
            "larger-scale": lambda: self.step_scale(1),
            "error-map": lambda on: self.show_maps("error" if on else ""),
            "smaller-errors": lambda: self.error_limit_stepped.emit(-1),
            "larger-errors": lambda: self.error_limit_stepped.emit(1),
            "similarity-map": lambda on: self.show_maps("ssim" if on else ""),
            "roi": lambda on: self.set_drawing("region" if on else ""),
            "profile": lambda on: self.set_drawing("line" if on else ""),
            "score-visible": lambda on: state.update_measuring(region_mode="visible" if on else "whole"),
            "score-window": lambda on: state.update_measuring(range_mode="window" if on else "full"),
            "more-faithful": lambda: grid.step_sharpness(-1),
            "sharper": lambda: grid.step_sharpness(1),
            "compute-again": self._comparing.compute_again,
            "escape": self.escape,
            "add-panel": self.add_panel,
            "remove-panel": self.remove_panel,
            "link": lambda on: state.update_view(linked=on),
            "overlays": lambda on: state.update_view(overlays=on),
            "fit": grid.fit,
            "one-to-one": grid.one_to_one,
            "zoom-in": lambda: grid.zoom_by(1.25),
            "zoom-out": lambda: grid.zoom_by(0.8),
            "invert": lambda on: state.update_view(inverted=on),
            "auto-window": self.auto_window,
            "own-window": self.own_window,
            **{f"preset-{n}": partial(self.preset, n) for n in range(1, 10)},
            "next-image": lambda: opening.step(1),
            "previous-image": lambda: opening.step(-1),
            "forward": lambda: opening.step(10),
            "back": lambda: opening.step(-10),
            "first-image": lambda: opening.go_to(0),
            "last-image": lambda: opening.go_to(-1),
            "next-series": lambda: opening.step_series(1),
            "previous-series": lambda: opening.step_series(-1),
        }

    @Slot(str, str)
    def choose(self, name: str, value: str) -> None:
        """Take a choice of the tool bar."""
        if name == "mode":
            self._compare_as(mode=value)
        elif name == "scale":
            self._compare_as(scale_factor=int(value))
        elif name in ("device", "precision"):
            self.state.choose(**{name: value})
        elif name in ("layout", "interpolation"):
            self.state.update_view(**{name: value})
        elif name == "range":
            self.state.update_measuring(range_mode=value)
        elif name == "region":
            self.state.update_measuring(region_mode=value)
            if value == "roi" and self.state.measuring.roi is None:
                self.set_drawing("region")

    @Slot(int, str)
    def set_content(self, panel: int, content: str) -> None:
        """Show something else in a panel."""
        contents = list(self.state.choices.contents)
        self.state.wishes.pop(panel, None)
        if contents[panel] == content:
            self._comparing.compute_again()
            return
        contents[panel] = content
        self.state.choose(contents=tuple(contents))

    @Slot(int, int)
    def set_sharpness(self, panel: int, percent: int) -> None:
        """Show a panel's blend at another position, in percent."""
        state = self.state
        content = at_position(state.choices.contents[panel], percent)
        state.sharpness = percent
        if content == state.choices.contents[panel]:
            state.choices_changed.emit()  # the slider is back where it was: what stands there is not stale
        else:
            self.set_content(panel, content)

    @Slot(object)
    def use_catalogue(self, catalogue: Catalogue) -> None:
        """Offer other methods; where a panel's is gone, the nearest stands in for it."""
        choices = self.state.choices
        wanted = with_wishes(choices.contents, self.state.wishes)
        contents = possible_contents(wanted, catalogue, choices.mode, choices.scale_factor)
        self.state.wishes = unmet_wishes(wanted, contents)
        self.state.set_catalogue(catalogue, contents)

    def switch_mode(self) -> None:
        """Go from Test to Enhance, or back."""
        self._compare_as(mode="enhance" if self.state.choices.mode == "test" else "test")

    def step_scale(self, step: int) -> None:
        """Go to the next larger or smaller scale factor."""
        index = SCALE_FACTORS.index(self.state.choices.scale_factor) + step
        if 0 <= index < len(SCALE_FACTORS):
            self._compare_as(scale_factor=SCALE_FACTORS[index])

    def show_maps(self, kind: str) -> None:
        """Show maps in place of the methods' images ("error", "ssim"), or the images again ("")."""
        if self.state.choices.mode == "enhance":
            kind = ""
        contents = []
        for content in self.state.choices.contents:
            name = method_of(content)
            if name is None:
                contents.append(content)
            else:
                contents.append({"error": error_of(name), "ssim": similarity_of(name)}.get(kind, name))
        if tuple(contents) == self.state.choices.contents:
            self.state.choices_changed.emit()  # a switch that cannot be on goes back
        self.state.choose(contents=tuple(contents))

    @property
    def shown_maps(self) -> str:
        """Which maps all methods are shown as: "error", "ssim" or ""."""
        contents = [content for content in self.state.choices.contents if method_of(content) is not None]
        if not contents or not all(is_map(content) for content in contents):
            return ""
        return "error" if all(is_error(content) for content in contents) else "ssim"

    def add_panel(self) -> None:
        """Add a panel: the reference where it is not shown yet, else a method that is not."""
        choices = self.state.choices
        if len(choices.contents) >= MAX_PANELS:
            return
        names = ["reference"] if choices.mode == "test" else []
        catalogue = self.state.catalogue
        names += [best_method(catalogue, choices.scale_factor)]
        names += [method.name for method in reversed(catalogue.at_scale(choices.scale_factor))]
        content = next((name for name in names if name not in choices.contents), names[-1])
        self.state.choose(contents=(*choices.contents, content))

    def remove_panel(self) -> None:
        """Take the last panel away."""
        contents = self.state.choices.contents
        if len(contents) > 1:
            self.state.wishes.pop(len(contents) - 1, None)
            self.state.choose(contents=contents[:-1])

    def set_drawing(self, what: Drawing) -> None:
        """Let a left drag draw the region that is scored, the line of the profile, or nothing."""
        self.grid.drawn.drawing = what
        self.state.update_measuring(draws=what)

    def clear_line(self) -> None:
        """Take the line of the profile away."""
        if self.grid.drawn.drawing == "line":
            self.set_drawing("")
        self.grid.drawn.set_line(None)

    @property
    def is_busy(self) -> bool:
        """Whether anything runs that Esc stops."""
        return any(runner.is_busy for runner in self._running)

    def escape(self) -> None:
        """Cancel what runs; else leave drawing and clear what is drawn; else reset the view."""
        busy = [runner for runner in self._running if runner.is_busy]
        for runner in busy:
            runner.cancel()
        if busy:
            return
        drawn = self.grid.drawn
        if drawn.drawing or drawn.roi is not None or drawn.line is not None:
            self.set_drawing("")
            drawn.set_roi(None)
            drawn.set_line(None)
            return
        self.grid.reset()

    def presets(self) -> tuple[Voi, ...]:
        """Return the windows on the digit keys: the modality's, else the file's own."""
        image = self.state.image
        if image is None:
            return ()
        return tuple(PRESETS.get(image.series.modality, image.frame.vois))

    def preset(self, number: int) -> None:
        """Show through a window on a digit key, from 1."""
        presets = self.presets()
        if number <= len(presets):
            self._show_through(presets[number - 1])

    def auto_window(self) -> None:
        """Show through a window that suits the image's values."""
        if (image := self.state.image) is not None and image.suited is not None:
            self._show_through(image.suited)

    def own_window(self) -> None:
        """Show through the file's own window; the next of several when it is in force."""
        if (image := self.state.image) is None:
            return
        vois = image.frame.vois
        current = next((at for at, voi in enumerate(vois) if voi is self.state.view.voi), -1)
        self.state.update_view(voi=vois[(current + 1) % len(vois)], is_own_voi=current < 0 or len(vois) == 1)

    def _compare_as(self, **changes: object) -> None:
        mode = changes.get("mode", self.state.choices.mode)
        scale = changes.get("scale_factor", self.state.choices.scale_factor)
        wanted = with_wishes(self.state.choices.contents, self.state.wishes)
        contents = possible_contents(wanted, self.state.catalogue, mode, scale)  # type: ignore[arg-type]
        self.state.wishes = unmet_wishes(wanted, contents)
        self.state.choose(**changes, contents=contents)

    def _show_through(self, voi: Voi) -> None:
        self.state.update_view(voi=voi, is_own_voi=False)

    @Slot(float, float)
    def _on_window_dragged(self, center: float, width: float) -> None:
        current = self.state.view.voi
        function = current.function if isinstance(current, Window) else "LINEAR"
        self._show_through(Window(center, width, function))

    @Slot(object)
    def _on_visible(self, region: Region) -> None:
        self._comparing.set_visible(region)
        self._scoring.set_visible(region)

    @Slot(object)
    def _on_roi(self, region: Region | None) -> None:
        mode = self.state.measuring.region_mode
        if region is not None:
            self.state.update_measuring(roi=region, region_mode="roi")
        else:
            self.state.update_measuring(roi=None, region_mode="whole" if mode == "roi" else mode)
