"""Compare methods on one frame: degrade it (Test) or take it as it is (Enhance), and upscale it by each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import MedsrError
from medsr_viewer.imaging.degrade import STANDARD_DEGRADATION, crop_to_multiple, degrade
from medsr_viewer.imaging.frame import BoolArray, FloatArray, Frame
from medsr_viewer.imaging.region import Region
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import VisibleRegion
from medsr_viewer.upscaling.upscaler import Begun, Precision, Tile, Upscaled, UpscalingRequest, upscale
from medsr_viewer.workflows.padding import degraded_valid, filled, undeclared_padding
from medsr_viewer.workflows.weights import blend_caption

NO_REFERENCE = "No reference exists for an enhanced image: no scores."

Mode: TypeAlias = Literal["test", "enhance"]


@dataclass(frozen=True, eq=False)
class ComparisonRequest:
    """A snapshot of everything that a comparison depends on.

    Parameters
    ----------
    frame : Frame
        The opened image.
    modality : str
        DICOM modality, "" where there is none.
    mode : {"test", "enhance"}
        Test: the opened image is the reference and is degraded. Enhance: it is the input; there is no reference.
    scale_factor : int
        2, 3, 4 or 8.
    methods : tuple of Method
        Each has the scale factor. They are computed in this order.
    device : str
        See `UpscalingRequest`.
    precision : {"fp32", "bf16"}
        Of the networks.
    within : Region, optional
        Compute only what meets this region, in pixels of the input (the degraded image in Test).
    begun : mapping of str to Begun
        Results to go on with, by method.
    """

    frame: Frame
    modality: str
    mode: Mode
    scale_factor: int
    methods: tuple[Method, ...]
    device: str = "auto"
    precision: Precision = "fp32"
    within: Region | None = None
    begun: Mapping[str, Begun] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Prepared:
    """What every method starts from.

    Parameters
    ----------
    degraded : ndarray
        The input of the methods: (h, w) float32 in modality units, or (h, w, 3). In Enhance: the opened image.
    reference : ndarray or None
        (h * scale, w * scale), or with 3 channels; None in Enhance.
    valid : ndarray or None
        (h, w) bool: False where the input is padding.
    cropped : (int, int)
        Rows and columns cut off at the bottom and right of the opened image.
    data_range : float or None
        Of the reference: its max - min; 255 for 8-bit rasters and colour. None in Enhance.
    notes : tuple of str
        What the user must know: the crop, the degradation, padding that was filled or may be there.
    """

    degraded: FloatArray
    reference: FloatArray | None
    valid: BoolArray | None
    cropped: tuple[int, int]
    data_range: float | None
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class MethodResult:
    """What one method gave: an image or an error.

    Parameters
    ----------
    method : str
        Its name.
    upscaled : Upscaled or None
        None where it failed.
    error : MedsrError or None
        Why it failed.
    notes : tuple of str
        What the user must know of this result.
    """

    method: str
    upscaled: Upscaled | None = None
    error: MedsrError | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Comparison:
    """A finished comparison."""

    request: ComparisonRequest
    prepared: Prepared
    results: tuple[MethodResult, ...] = field(default=())


def prepare(request: ComparisonRequest) -> Prepared:
    """Crop and degrade the opened image; quick enough to be shown first.

    Raises
    ------
    UnusableImage
        If it is smaller than one degraded pixel.
    """
    frame, notes = request.frame, list[str]()
    pixels = filled(frame)
    if frame.valid is not None and not frame.valid.all():
        notes.append("Padding pixels are computed as the nearest valid pixel.")
    if request.mode == "enhance":
        notes.append(NO_REFERENCE)
        return Prepared(pixels, None, frame.valid, (0, 0), None, tuple(notes))
    reference = crop_to_multiple(pixels, request.scale_factor)
    cropped = (pixels.shape[0] - reference.shape[0], pixels.shape[1] - reference.shape[1])
    if any(cropped):
        rows, columns = (f"{n} {noun}{'s' * (n != 1)}" for n, noun in zip(cropped, ("row", "column"), strict=True))
        notes.append(
            f"Cropped by {rows} at the bottom and {columns} at the right: "
            f"{reference.shape[1]} x {reference.shape[0]} is a multiple of {request.scale_factor}."
        )
    if note := undeclared_padding(frame, request.modality):
        notes.append(note)
    notes.append(f"Scores assume this degradation: {STANDARD_DEGRADATION}. Other losses of detail score otherwise.")
    return Prepared(
        degraded=degrade(reference, request.scale_factor),
        reference=reference,
        valid=degraded_valid(frame.valid, request.scale_factor),
        cropped=cropped,
        data_range=full_data_range(frame, reference),
        notes=tuple(notes),
    )


def compare(
    request: ComparisonRequest,
    token: CancelToken | None = None,
    *,
    visible: VisibleRegion | None = None,
    on_prepared: Callable[[Prepared], None] | None = None,
    on_tile: Callable[[str, Tile], None] | None = None,
    on_result: Callable[[MethodResult], None] | None = None,
) -> Comparison:
    """Run a comparison. A method that fails does not stop the others.

    Parameters
    ----------
    request : ComparisonRequest
        What to compare.
    token : CancelToken, optional
        Checked before every tile, and before every layer of a network.
    visible : VisibleRegion, optional
        In pixels of the methods' input; may change while this runs.
    on_prepared, on_tile, on_result : callable, optional
        Take what is ready as soon as it is; in this thread. `on_tile` takes the method's name and the tile.

    Raises
    ------
    Cancelled
        If the token was cancelled.
    UnusableImage
        If the image is too small.
    """
    prepared = prepare(request)
    if on_prepared:
        on_prepared(prepared)
    results = []
    for method in request.methods:
        result = _run(request, prepared, method, token, visible, on_tile)
        results.append(result)
        if on_result:
            on_result(result)
    return Comparison(request, prepared, tuple(results))


def is_too_small(frame: Frame, scale_factor: int) -> bool:
    """Whether an image is smaller than one degraded pixel, so that there is nothing to compare in Test."""
    return min(frame.shape[:2]) < scale_factor


def nothing_to_compare(request: ComparisonRequest) -> Comparison:
    """Return the comparison of an image that `is_too_small`: the reference is cropped to nothing, no method has run."""
    frame, scale = request.frame, request.scale_factor
    rows, columns, *channels = frame.shape
    height, width = rows // scale, columns // scale
    reference = frame.pixels[: height * scale, : width * scale]
    note = f"{columns} x {rows} pixels are too few to be degraded by {scale}: no scores. Choose a smaller scale factor."
    prepared = Prepared(
        degraded=np.zeros((height, width, *channels), np.float32),
        reference=reference,
        valid=None,
        cropped=(rows - height * scale, columns - width * scale),
        data_range=full_data_range(frame, reference),
        notes=(note,),
    )
    return Comparison(request, prepared, tuple(MethodResult(method.name) for method in request.methods))


def full_data_range(frame: Frame, reference: FloatArray) -> float:
    """Return the data range of full-range scores: 255 for 8-bit rasters and colour, else the reference's max - min.

    The opened image's, where the reference is empty.
    """
    if frame.stored_maximum is not None:
        return frame.stored_maximum
    if reference.size == 0:
        return frame.value_range[1] - frame.value_range[0]
    return float(reference.max()) - float(reference.min())


def method_notes(method: Method, scale_factor: int, modality: str) -> tuple[str, ...]:
    """Return what the user must know before trusting a method on this modality."""
    if not method.is_learned:
        return ()
    card, notes = method.cards[scale_factor], list[str]()
    if blend := blend_caption(card):
        notes.append(f"{blend}; only these were measured")
    if not card.is_trained_on(modality) and not card.is_imported:  # what is imported bears its own note
        known = ", ".join(card.modalities)
        notes.append(f"{method.name} was not trained on {modality or 'this kind of image'} but on {known}")
    return tuple(notes)


def _run(
    request: ComparisonRequest,
    prepared: Prepared,
    method: Method,
    token: CancelToken | None,
    visible: VisibleRegion | None,
    on_tile: Callable[[str, Tile], None] | None,
) -> MethodResult:
    job = UpscalingRequest(
        pixels=prepared.degraded,
        method=method,
        scale_factor=request.scale_factor,
        device=request.device,
        precision=request.precision,
        valid=prepared.valid,
        within=request.within,
        begun=request.begun.get(method.name),
    )
    notes = method_notes(method, request.scale_factor, request.modality)
    report = (lambda tile: on_tile(method.name, tile)) if on_tile else None
    try:
        upscaled = upscale(job, token, visible=visible, on_tile=report)
    except MedsrError as exc:
        return MethodResult(method.name, error=exc, notes=notes)
    return MethodResult(method.name, upscaled, notes=notes + upscaled.notes)
