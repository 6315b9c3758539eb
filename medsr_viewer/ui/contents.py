"""What a panel can show: keys, their labels, and which are possible."""

# ruff: noqa: RUF001 - the multiplication and minus signs are meant

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medsr_viewer.upscaling.blends import blend_of, name_at, position_of
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.workflows.compare import Mode

DEGRADED = "degraded"
REFERENCE = "reference"
_ERROR = "error:"
_SIMILARITY = "ssim:"


@dataclass(frozen=True)
class Choice:
    """An entry of a panel's header.

    Parameters
    ----------
    key : str
        `DEGRADED`, `REFERENCE`, a method's name (of a blend with its position), or a map of one.
    label : str
        What the user reads.
    obstacle : str
        Why it cannot be chosen now; "" where it can.
    """

    key: str
    label: str
    obstacle: str = ""


def error_of(method: str) -> str:
    """Return the key of a method's signed error map."""
    return _ERROR + method


def similarity_of(method: str) -> str:
    """Return the key of a method's SSIM map."""
    return _SIMILARITY + method


def is_map(key: str) -> bool:
    """Whether a key stands for a map against the reference."""
    return key.startswith((_ERROR, _SIMILARITY))


def is_error(key: str) -> bool:
    """Whether a key stands for a signed error map."""
    return key.startswith(_ERROR)


def method_of(key: str) -> str | None:
    """Return the method whose result a key needs; None for the degraded image and the reference."""
    if key in (DEGRADED, REFERENCE):
        return None
    return key.partition(":")[2] if is_map(key) else key


def without_position(key: str) -> str:
    """Return a key without the position of its blend; other keys as they are."""
    return blend_of(key)


def at_position(key: str, percent: int) -> str:
    """Return a blend's key at another position."""
    return name_at(blend_of(key), percent)


def sharpness_of(key: str) -> int | None:
    """Return the position of a key's blend, in percent; None of other keys."""
    return position_of(key)


def line_name(key: str, mode: Mode) -> str:
    """Return what the values along a line are called; "" for maps, which are not in the image's unit."""
    if is_map(key):
        return ""
    return "input" if key == DEGRADED and mode == "enhance" else key


def methods_of(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the methods that keys need, each once, in order."""
    return tuple(dict.fromkeys(name for key in keys if (name := method_of(key)) is not None))


def choices(catalogue: Catalogue, mode: Mode, scale_factor: int, shown: str, sharpness: int) -> tuple[Choice, ...]:
    """Return everything that a panel's header lists: a blend once, where it stands in the panel.

    Parameters
    ----------
    catalogue : Catalogue
        The methods that there are.
    mode : {"test", "enhance"}
        In force.
    scale_factor : int
        In force.
    shown : str
        What the panel shows.
    sharpness : int
        Position of blends that it does not show.
    """
    no_reference = "Enhance has no reference" if mode == "enhance" else ""
    name = method_of(shown) or ""
    offered = [(one.name, one.name, one.scale_factors) for one in catalogue.methods]
    for blend in catalogue.blends:
        key = name if blend_of(name) == blend.name else name_at(blend.name, sharpness)
        offered.append((key, blend.name, blend.scale_factors))
    methods = [(key, label, _missing_scale(factors, scale_factor)) for key, label, factors in offered]
    return (
        Choice(DEGRADED, "degraded" if mode == "test" else "input"),
        Choice(REFERENCE, "reference", no_reference),
        *(Choice(key, label, obstacle) for key, label, obstacle in methods),
        *(Choice(error_of(key), f"error of {label}", no_reference or obstacle) for key, label, obstacle in methods),
        *(
            Choice(similarity_of(key), f"SSIM map of {label}", no_reference or obstacle)
            for key, label, obstacle in methods
        ),
    )


def default_contents(catalogue: Catalogue, scale_factor: int) -> tuple[str, ...]:
    """Return what three panels show at first: degraded, baseline, and the best that there is."""
    return DEGRADED, "bicubic", best_method(catalogue, scale_factor)


def best_method(catalogue: Catalogue, scale_factor: int) -> str:
    """Return the first learned method at a scale factor, or lanczos."""
    learned = [method.name for method in catalogue.at_scale(scale_factor) if method.is_learned]
    return learned[0] if learned else "lanczos"


def possible_contents(
    contents: tuple[str, ...], catalogue: Catalogue, mode: Mode, scale_factor: int
) -> tuple[str, ...]:
    """Return contents with what is impossible now replaced by the nearest that is."""
    return tuple(_nearest(key, catalogue, mode, scale_factor) for key in contents)


def with_wishes(contents: tuple[str, ...], wishes: Mapping[int, str]) -> tuple[str, ...]:
    """Return contents with the methods that were wished for in place of those shown instead."""
    return tuple(
        key.replace(name, wishes[panel]) if panel in wishes and (name := method_of(key)) is not None else key
        for panel, key in enumerate(contents)
    )


def unmet_wishes(wanted: tuple[str, ...], shown: tuple[str, ...]) -> dict[int, str]:
    """Return the panels that do not show the method that was wanted in them, and that method."""
    names = (method_of(key) for key in wanted)
    pairs = enumerate(zip(names, shown, strict=True))
    return {panel: name for panel, (name, key) in pairs if name is not None and method_of(key) != name}


def _nearest(key: str, catalogue: Catalogue, mode: Mode, scale_factor: int) -> str:
    name = method_of(key)
    if name is None:
        return DEGRADED if mode == "enhance" else key
    possible = name if catalogue.has(name, scale_factor) else best_method(catalogue, scale_factor)
    return key.replace(name, possible) if mode == "test" else possible


def _missing_scale(scale_factors: tuple[int, ...], scale_factor: int) -> str:
    if scale_factor in scale_factors:
        return ""
    return f"has no ×{scale_factor}, only {', '.join(f'×{factor}' for factor in scale_factors)}"
