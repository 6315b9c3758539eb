"""Grouping instances into series and studies, in an order that does not depend on the order of the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from medsr_viewer.imaging.geometry import Cosines, normal_of
from medsr_viewer.imaging.headers import HeaderRecord
from medsr_viewer.imaging.study import Instance, Series, Study

_SAME_DIRECTION = 2  # decimals of a direction cosine that tell planes apart: half a degree
_SAME_PLACE = 0.01  # mm
_FEW = 3
_REGULAR = 0.02  # of the median spacing

_Plane: TypeAlias = tuple[float, ...]


def group(records: Iterable[HeaderRecord]) -> tuple[Study, ...]:
    """Group what was read from headers.

    Studies are ordered by date, description and UID; series by number, description and UID; instances by their
    position along the normal of the image plane, then by instance number, UID and file. In a series of several
    planes the planes follow each other.

    Parameters
    ----------
    records : iterable of HeaderRecord
        In any order.
    """
    ordered = sorted(records, key=lambda record: (_number_key(record.instance), record.instance.source))
    by_study: dict[str, dict[str, list[HeaderRecord]]] = defaultdict(lambda: defaultdict(list))
    for record in ordered:
        by_study[record.instance.study_uid][record.instance.series_uid].append(record)
    studies = [_study(uid, by_series) for uid, by_series in by_study.items()]
    return tuple(sorted(studies, key=lambda study: (study.date, study.description, study.uid)))


def _study(uid: str, by_series: dict[str, list[HeaderRecord]]) -> Study:
    series = [_series(series_uid, records) for series_uid, records in by_series.items()]
    series.sort(key=lambda one: (one.number is None, one.number or 0, one.description, one.uid))
    labels = [record.labels for records in by_series.values() for record in records]
    return Study(
        uid=uid,
        patient_name=_agreed(label.patient_name for label in labels),
        patient_id=_agreed(label.patient_id for label in labels),
        date=_agreed(label.study_date for label in labels),
        description=_agreed(label.study_description for label in labels),
        series=tuple(series),
    )


def _series(uid: str, records: Sequence[HeaderRecord]) -> Series:
    labels = [record.labels for record in records]
    instances = sorted((record.instance for record in records), key=_order_of([r.instance for r in records]))
    numbers = [label.series_number for label in labels if label.series_number is not None]
    return Series(
        uid=uid,
        number=min(numbers) if numbers else None,
        modality=_agreed(instance.modality for instance in instances),
        description=_agreed(label.series_description for label in labels),
        body_part=_agreed(label.body_part for label in labels),
        instances=tuple(instances),
        warnings=tuple(_geometry_warnings(instances)),
    )


def _agreed(values: Iterable[str]) -> str:
    """Return the most frequent text that is not empty; of equally frequent ones the first in the alphabet."""
    counts: dict[str, int] = defaultdict(int)
    for value in values:
        counts[value] += bool(value)
    return min(counts, key=lambda value: (-counts[value], value), default="")


class _order_of:  # noqa: N801 - used as a function: the key of `sorted`
    """The sort key of one series' instances."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        first_in_plane: dict[_Plane, tuple[float, str, str]] = {}
        for instance in instances:
            plane, key = _plane(instance), _number_key(instance)
            first_in_plane[plane] = min(key, first_in_plane.get(plane, key))
        ranked = sorted(first_in_plane, key=lambda plane: (not plane, first_in_plane[plane]))
        self._rank = {plane: rank for rank, plane in enumerate(ranked)}

    def __call__(self, instance: Instance) -> tuple[int, float, float, str, str]:
        distance = _distance(instance)
        # Rounded, so that images at one place follow their numbers.
        place = 0.0 if distance is None else round(distance / _SAME_PLACE) * _SAME_PLACE
        return (self._rank[_plane(instance)], place, *_number_key(instance))


def _number_key(instance: Instance) -> tuple[float, str, str]:
    number = instance.instance_number
    return (float("inf") if number is None else float(number), instance.sop_instance_uid, instance.source)


def _plane(instance: Instance) -> _Plane:
    """Return what tells planes apart; empty for an instance without geometry, or of several frames."""
    if instance.orientation is None or instance.position is None or instance.frame_count > 1:
        return ()
    return tuple(round(part, _SAME_DIRECTION) + 0.0 for part in instance.orientation)


def _distance(instance: Instance) -> float | None:
    if not _plane(instance) or instance.position is None or instance.orientation is None:
        return None
    return _along(instance.position, instance.orientation)


def _along(position: tuple[float, float, float], orientation: Cosines) -> float:
    return sum(a * b for a, b in zip(position, normal_of(orientation), strict=True))


def _geometry_warnings(instances: Sequence[Instance]) -> list[str]:
    """Return what is odd about a stack of parallel slices; nothing for other series."""
    planes = {_plane(instance) for instance in instances}
    if len(planes) != 1 or len(instances) < 2 or () in planes:
        return []
    places = [distance for instance in instances if (distance := _distance(instance)) is not None]
    gaps = [after - before for before, after in pairwise(places)]
    warnings = []
    repeated = [f"{number} and {number + 1}" for number, gap in enumerate(gaps, start=1) if gap < _SAME_PLACE]
    if len(repeated) == 1:
        warnings.append(f"One slice position occurs twice: images {repeated[0]}.")
    elif repeated:
        which = "; ".join(repeated[:_FEW]) + (" …" if len(repeated) > _FEW else "")
        warnings.append(f"Slice positions occur more than once ({len(repeated)} times): images {which}.")
    steps = sorted(gap for gap in gaps if gap >= _SAME_PLACE)
    if steps and steps[-1] - steps[0] > max(_REGULAR * steps[len(steps) // 2], 2 * _SAME_PLACE):
        warnings.append(f"The slice spacing is irregular: {steps[0]:.2f} to {steps[-1]:.2f} mm.")
    return warnings
