"""With what the stimuli of a survey were computed: kept sealed, and told in its report."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

from medsr_viewer import __version__
from medsr_viewer.imaging.degrade import STANDARD_DEGRADATION
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Computation, Origin
from medsr_viewer.upscaling.upscaler import Upscaled

_LIBRARIES = ("torch", "numpy", "pillow", "opencv-python-headless", "pydicom")


def origin_of(upscaled: Upscaled) -> Origin:
    """Return how an image was computed."""
    card = upscaled.card
    weights, orientations = (tuple(one.sha256 for one in card.sources), card.orientations) if card else ((), None)
    return Origin(upscaled.method, upscaled.scale_factor, weights, (upscaled.device.label,), orientations)


def computation_of(design: Design, cases: Iterable[Mapping[str, Origin]]) -> Computation:
    """Return how all stimuli were computed.

    Parameters
    ----------
    design : Design
        Complete.
    cases : iterable of mapping
        For each case, of each condition that has a method, how its image was computed.
    """
    origins = {condition.name: Origin() for condition in design.conditions}
    for case in cases:
        for name, origin in case.items():
            devices = dict.fromkeys((*origins[name].devices, *origin.devices))
            origins[name] = replace(origin, devices=tuple(devices))
    return Computation(
        program=f"MedSR Viewer {__version__}",
        degradation=STANDARD_DEGRADATION if design.mode == "test" else "",
        versions={"python": platform.python_version(), **dict(_versions())},
        conditions=origins,
    )


def _versions() -> Iterable[tuple[str, str]]:
    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue  # installed under another name, as opencv-python
