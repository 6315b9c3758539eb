"""The pixels of a survey: every case under every condition, computed once before any observer sees them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import NothingToOpen, UnusableImage
from medsr_viewer.imaging.degrade import crop_to_multiple
from medsr_viewer.imaging.frame import BoolArray, FloatArray, Frame, Window
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.stored_values import StoredValues, stored_values
from medsr_viewer.survey.design import Case, Condition, Design
from medsr_viewer.survey.enhanced_elsewhere import files_of, names_of
from medsr_viewer.survey.plan import Origin
from medsr_viewer.survey.protocols import LABELLED, PROTOCOLS
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import Upscaled
from medsr_viewer.workflows.compare import Comparison, ComparisonRequest, compare
from medsr_viewer.workflows.inputs import Input, find_inputs
from medsr_viewer.workflows.survey_computation import origin_of

_PADDING = "Padding is black in every image of the case, at the same pixels."


@dataclass(frozen=True, eq=False)
class RenderedCase:
    """One case under every condition.

    Parameters
    ----------
    case : Case
        Which.
    pixels : dict of str to ndarray
        By condition, and by `LABELLED` where the protocol shows a labelled original: (H, W) float32 in modality units,
        or (H, W, 3); all of one shape.
    window : (float, float)
        (center, width) that all of them are shown with.
    inverted : bool
        Whether the smallest value is shown white.
    pixel_spacing : tuple of float
        (row, column) mm; empty where unknown.
    notes : tuple of str
        What the coordinator must know of this case.
    origins : dict of str to Origin
        By condition, where it has a method: how its image was computed.
    """

    case: Case
    pixels: dict[str, FloatArray]
    window: tuple[float, float]
    inverted: bool
    pixel_spacing: tuple[float, ...]
    notes: tuple[str, ...]
    origins: dict[str, Origin]


def render(design: Design, case: Case, *, device: str = "auto", token: CancelToken | None = None) -> RenderedCase:
    """Compute a case under every condition of a design.

    All are rounded to the values that the case's own file can hold: an original of whole numbers beside computed values
    would show its steps in a narrow window, its ends, and the gaps that stretching its contrast left. Where its values
    are on no steps (floating-point files) nothing is rounded: there is no original of few values to be told by.
    Padding (0028,0120) is black in all of them, at the very same pixels.

    Parameters
    ----------
    design : Design
        Its mode, scale factors and conditions.
    case : Case
        One of its cases.
    device : str
        See `UpscalingRequest`.
    token : CancelToken, optional
        Checked between methods, and between their tiles.

    Raises
    ------
    MedsrError
        If the case cannot be read, a method fails, or an image enhanced elsewhere is missing or of another size.
    """
    source = _find(case)
    frame = source.read()
    comparisons = _compare(design, frame, source.instance.modality, device, token)
    region = _region(case, comparisons, design)
    conditions = [*design.conditions, *_labelled(design)]
    stored = stored_values(frame.pixels if frame.valid is None else frame.pixels[frame.valid])
    pixels = {one.name: _crop(_pixels(one, design, case, frame, comparisons), region) for one in conditions}
    if stored:
        pixels = {name: stored.held(image) for name, image in pixels.items()}
    padding = _padding(frame, design, _full_shape(comparisons))
    if padding is not None:
        for image in pixels.values():
            image[padding[region.slices]] = frame.value_range[1 if frame.inverted else 0]
    spacing = frame.pixel_spacing or ()
    shrunk = design.scale_factor if design.mode == "enhance" else 1
    return RenderedCase(
        case=case,
        pixels=pixels,
        window=case_window(case, frame),
        inverted=frame.inverted,
        pixel_spacing=tuple(value / shrunk for value in spacing),
        notes=(
            *_crop_note(design, frame),
            *dict.fromkeys(note for one in comparisons.values() for note in one.prepared.notes),
            *frame.warnings,
            *([_rounding(stored)] if stored else []),
            *([_PADDING] if padding is not None else []),
        ),
        origins={one.name: origin_of(_upscaled(one, design, comparisons)) for one in design.conditions if one.method},
    )


def case_window(case: Case, frame: Frame) -> tuple[float, float]:
    """Return the (center, width) that a case is shown with: its own, else the file's first, else its full range."""
    if len(case.window) == 2:
        return case.window[0], case.window[1]
    for voi in frame.vois:
        if isinstance(voi, Window) and voi.function != "SIGMOID":
            return voi.center, voi.width
    low, high = frame.value_range
    return (low + high) / 2, max(high - low, 1.0)


def _rounding(stored: StoredValues) -> str:
    text = f"Rounded to steps of {stored.step:g}, from {stored.low:g} to {stored.high:g}"
    if stored.combed.any():
        text += f", and to the {len(stored.levels)} values that it has where its contrast was stretched"
    return f"{text}."


def _labelled(design: Design) -> tuple[Condition, ...]:
    return (Condition(LABELLED, role="reference"),) if PROTOCOLS[design.protocol].labelled else ()


def _find(case: Case) -> Input:
    if not case.path.exists():
        raise NothingToOpen(f"{case.path}: there is no such file (case {case.name})")
    inputs, skipped = find_inputs([case.path], case.frame)
    if not inputs:
        why = f": {skipped[0].reason}" if skipped else ""
        raise NothingToOpen(f"{case.path}: no image could be read (case {case.name}){why}")
    if len(inputs) > 1:
        raise UnusableImage(
            f"{case.path}: {len(inputs)} images (case {case.name})", "A case is one image: name the file itself."
        )
    return inputs[0]


def _compare(
    design: Design, frame: Frame, modality: str, device: str, token: CancelToken | None
) -> dict[int, Comparison]:
    """Return the methods' results by scale factor, all of one size: cropped to a multiple of every factor."""
    methods = {factor: _methods(design, factor) for factor in design.factors}  # all found before any is computed
    common = _cropped(frame, design)
    comparisons = {}
    for factor, found in methods.items():
        request = ComparisonRequest(common, modality, design.mode, factor, found, device=device)
        comparisons[factor] = compare(request, token)
        for result in comparisons[factor].results:
            if result.error:
                raise result.error
    return comparisons


def _methods(design: Design, factor: int) -> tuple[Method, ...]:
    those = (one for one in design.conditions if one.method and design.factor_of(one) == factor)
    return tuple(catalogue().find(name, factor) for name in dict.fromkeys(one.method for one in those))


def _cropped(frame: Frame, design: Design) -> Frame:
    if len(design.factors) == 1:
        return frame
    pixels = np.ascontiguousarray(crop_to_multiple(frame.pixels, math.lcm(*design.factors)))
    rows, columns = pixels.shape[:2]
    valid = None if frame.valid is None else np.ascontiguousarray(frame.valid[:rows, :columns])
    return replace(frame, pixels=pixels, valid=valid)


def _crop_note(design: Design, frame: Frame) -> list[str]:
    size = _cropped(frame, design).shape
    if size == frame.shape:
        return []
    factors = " and ".join(map(str, design.factors))
    return [f"Cropped from {_size(frame.shape)} to {_size(size)}: a multiple of {factors}."]


def _pixels(
    condition: Condition, design: Design, case: Case, frame: Frame, comparisons: Mapping[int, Comparison]
) -> FloatArray:
    if condition.images is not None:
        return _enhanced_elsewhere(condition.images, case, frame, _full_shape(comparisons))
    if not condition.method:
        reference = next(iter(comparisons.values())).prepared.reference
        if reference is None:
            raise UnusableImage(f"condition {condition.name}: an enhanced image has no reference")
        return reference
    return _upscaled(condition, design, comparisons).pixels


def _upscaled(condition: Condition, design: Design, comparisons: Mapping[int, Comparison]) -> Upscaled:
    results = comparisons[design.factor_of(condition)].results
    (result,) = (one for one in results if one.method == condition.method)
    assert result.upscaled is not None  # noqa: S101 - errors were raised before
    return result.upscaled


def _enhanced_elsewhere(folder: Path, case: Case, frame: Frame, shape: tuple[int, ...]) -> FloatArray:
    if not folder.is_dir():
        raise UnusableImage(f"{folder}: there is no such folder", "Name the folder of the images enhanced elsewhere.")
    found = files_of(case, (path for path in sorted(folder.iterdir()) if path.is_file()))
    if len(found) != 1:
        raise UnusableImage(
            f"{folder}: {len(found)} files are named as the case {case.name}",
            f"One must be named {' or '.join(sorted(names_of(case)))}, with any suffix.",
        )
    (inputs, _) = find_inputs(found, 1)
    if len(inputs) != 1:
        raise UnusableImage(f"{found[0]}: not one image (case {case.name})")
    other = inputs[0].read()
    if other.shape != shape:
        raise UnusableImage(
            f"{found[0]}: {_size(other.shape)} in place of {_size(shape)} (case {case.name})",
            "Every condition of a case must have the same size: it would tell them apart.",
        )
    if (other.unit, other.stored_maximum) != (frame.unit, frame.stored_maximum):
        raise UnusableImage(
            f"{found[0]}: its values ({_unit(other)}) are not those of the case {case.name} ({_unit(frame)})",
            "Write it as a DICOM file with the case's unit, or use raster files for both.",
        )
    return other.pixels


def _full_shape(comparisons: Mapping[int, Comparison]) -> tuple[int, ...]:
    scale, comparison = next(iter(comparisons.items()))
    rows, columns, *channels = comparison.prepared.degraded.shape
    return (rows * scale, columns * scale, *channels)


def _padding(frame: Frame, design: Design, shape: tuple[int, ...]) -> BoolArray | None:
    """Return where a case's images, of this shape, have padding; None where they have none."""
    if frame.valid is None or frame.valid.all():
        return None
    factor = design.scale_factor if design.mode == "enhance" else 1
    valid = np.repeat(np.repeat(frame.valid, factor, axis=0), factor, axis=1)
    return ~valid[: shape[0], : shape[1]]


def _region(case: Case, comparisons: Mapping[int, Comparison], design: Design) -> Region:
    shape = _full_shape(comparisons)
    if not case.region:
        return Region.whole(shape)
    region = Region(*case.region)
    if design.mode == "enhance":
        region = region.scaled(design.scale_factor)
    if region.intersection(Region.whole(shape)) != region:
        raise UnusableImage(f"case {case.name}: its region is not inside the image, which is {_size(shape)}")
    return region


def _crop(pixels: FloatArray, region: Region) -> FloatArray:
    rows, columns = region.slices
    return np.array(pixels[rows, columns], np.float32, order="C")


def _size(shape: Sequence[int]) -> str:
    return f"{shape[1]} x {shape[0]}" + (" colour" if len(shape) == 3 else "")


def _unit(frame: Frame) -> str:
    return frame.unit or (f"0 to {frame.stored_maximum:g}" if frame.stored_maximum else "no unit")
