"""From studies to a data folder: find, plan, prepare every frame, then choose, check and write the manifest."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import InputError, MedsrError, NothingToOpen, UnreadableFile
from medsr_viewer.imaging.collect import Skipped, collect
from trainer.prepare.draw import draw
from trainer.prepare.folder import PreparedFolder
from trainer.prepare.frames import Unit, prepare_frame
from trainer.prepare.options import SPLITS, PrepareOptions
from trainer.prepare.sources import plan, shared_patient_warning
from trainer.prepare.splits import check_no_leak

_QUEUED = 8
"""Frames that wait for each worker process."""
_NAMED = 5
"""Broken files that a message names."""

Progress = Callable[[str, int, int], None]


class WorkerDied(MedsrError):
    """A worker process ended without an answer: a decoder crashed, or the system ran out of memory."""

    title = "A worker process died"
    advice = "What is done is kept: run it again, with fewer --jobs. If one file is at fault, take it out."


@dataclass(frozen=True)
class Prepared:
    """What came of a run.

    Attributes
    ----------
    images, patients : dict
        Split to their number, of the whole folder.
    new : int
        Images that this run added.
    skipped : dict
        Reason to the number of frames and files.
    warnings : tuple of str
        What the user should know.
    skipped_list : Path
        The list of what was skipped.
    """

    images: dict[str, int]
    patients: dict[str, int]
    new: int
    skipped: dict[str, int]
    warnings: tuple[str, ...]
    skipped_list: Path


@dataclass
class _Outcome:
    rows: list[dict[str, str]] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def skip(self, unit: Unit, reason: str) -> None:
        self.skipped.append({"file": unit.instance.source, "frame": str(unit.frame), "reason": reason})


def _no_progress(_what: str, _done: int, _total: int) -> None:
    pass


def prepare(
    sources: Sequence[Path],
    out: Path,
    options: PrepareOptions = PrepareOptions(),  # noqa: B008 - frozen
    *,
    jobs: int = 1,
    progress: Progress = _no_progress,
    token: CancelToken | None = None,
) -> Prepared:
    """Make a data folder, or add to one. A run that was cut off goes on where it stopped.

    Parameters
    ----------
    sources : sequence of Path
        DICOM and raster files, folders, zips and DICOMDIRs.
    out : Path
        The folder; see `trainer.prepare.folder`.
    options : PrepareOptions
        What is asked for.
    jobs : int
        Processes.
    progress : callable
        Told what is done, how many of it, and of how many.
    token : CancelToken, optional
        Checked between frames.

    Raises
    ------
    UnreadableFile
        If a source is not there.
    NothingToOpen
        If there is no image, or none is left.
    PatientInTwoSplits
        If a patient's images would be in two splits.
    InputError
        If the folder was made with other options, or lies in one of the sources.
    CannotWrite
        If a file cannot be written: the disk is full. What is done is kept.
    WorkerDied
        If a process died.
    """
    _check_places(sources, out)
    token = token or CancelToken()
    folder = PreparedFolder(out)
    settings = folder.settings(options)
    found = collect(sources, token, lambda done, total: progress("headers read", done, total))
    planned = plan(found.studies, options, folder.salt)
    if options.split == "patient" and not options.draws_splits:
        check_no_leak([*folder.rows, *({"patient": unit.patient, "split": unit.split} for unit in planned)])
    outcome = _Outcome(skipped=_skipped_files(found.skipped))
    known = {row["origin"] for row in folder.rows}
    waiting = [unit for unit in planned if unit.origin not in known]
    if not planned:
        folder.abandon()
        raise _no_image(sources, found.skipped)
    folder.write_settings(settings)
    results = _prepare_all(waiting, folder, options, jobs, progress, token)
    _judge(waiting, results, folder, outcome)
    if options.detail:
        settings.setdefault("detail_threshold", _mean_score(outcome.rows))
        _keep_detailed(outcome, float(settings["detail_threshold"]), {unit.origin: unit for unit in waiting})
        folder.write_settings(settings)
    if options.draw:
        _draw(outcome, folder.rows, options, {unit.origin: unit for unit in waiting})
    if options.split == "patient":
        check_no_leak([*folder.rows, *outcome.rows])
    skipped_list = folder.write_skipped(outcome.skipped)
    if not outcome.rows and not folder.rows:
        raise NothingToOpen("no image is left", f"The reasons are in {skipped_list}.")
    kept = {row["origin"] for row in outcome.rows}
    places = [
        {"origin": u.origin, "file": u.instance.source, "frame": str(u.frame)} for u in waiting if u.origin in kept
    ]
    folder.finish(outcome.rows, [*folder.known_sources(), *places])
    return _summary(folder, outcome, skipped_list, shared_patient_warning(found.studies, options), options)


def _check_places(sources: Sequence[Path], out: Path) -> None:
    for source in sources:
        if not source.exists():
            raise UnreadableFile(source, "there is no such file or folder", "Check its name.")
        if source.is_dir() and out.resolve().is_relative_to(source.resolve()):
            raise InputError(f"{out} lies in {source}, whose images it is made of", "Choose a folder outside it.")


def _no_image(sources: Sequence[Path], skipped: Sequence[Skipped]) -> NothingToOpen:
    broken = [f"{one.path}: {one.reason}" for one in skipped if not one.is_foreign]
    more = f"; and {len(broken) - _NAMED} more" if len(broken) > _NAMED else ""
    reasons = f": {'; '.join(broken[:_NAMED])}{more}" if broken else ""
    return NothingToOpen(
        f"no image among {', '.join(map(str, sources))}{reasons}",
        "Choose DICOM, PNG, TIFF or JPEG files, folders or zips.",
    )


def _prepare_all(
    waiting: Sequence[Unit],
    folder: PreparedFolder,
    options: PrepareOptions,
    jobs: int,
    progress: Progress,
    token: CancelToken,
) -> dict[str, dict[str, str]]:
    results = folder.journal()
    left = [unit for unit in waiting if unit.origin not in results]
    done = len(waiting) - len(left)
    for unit, result in _results(left, folder.staging, options, jobs):
        token.check()
        folder.note(unit.origin, result)
        results[unit.origin] = result
        done += 1
        progress("images prepared", done, len(waiting))
    return results


def _results(
    units: Sequence[Unit], staging: Path, options: PrepareOptions, jobs: int
) -> Iterator[tuple[Unit, dict[str, str]]]:
    if jobs <= 1 or len(units) <= 1:
        for unit in units:
            yield unit, prepare_frame(unit, staging, options)
        return
    # Spawned: a fork would copy locks that threads of this process hold.
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"))
    try:
        # In pieces, so that not every frame of a large set waits in memory, and a cut costs little.
        for start in range(0, len(units), jobs * _QUEUED):
            piece: dict[Future[dict[str, str]], Unit] = {
                pool.submit(prepare_frame, unit, staging, options): unit
                for unit in units[start : start + jobs * _QUEUED]
            }
            for future in as_completed(piece):
                yield piece[future], future.result()
    except BrokenProcessPool as exc:
        raise WorkerDied("while an image was decoded or written") from exc
    finally:
        pool.shutdown(cancel_futures=True)


def _judge(
    waiting: Sequence[Unit], results: Mapping[str, dict[str, str]], folder: PreparedFolder, outcome: _Outcome
) -> None:
    """Tell rows from reasons, and leave out what has the pixels of another image."""
    seen = {row["sha256"] for row in folder.rows}
    for unit in sorted(waiting, key=lambda unit: unit.origin):
        result = results[unit.origin]
        if "skipped" in result:
            outcome.skip(unit, result["skipped"])
        elif result["sha256"] in seen:
            outcome.skip(unit, "its pixels are those of another image")
        else:
            seen.add(result["sha256"])
            outcome.rows.append(result)


def _mean_score(rows: Sequence[Mapping[str, str]]) -> float:
    return float(np.mean([float(row["filter_score"]) for row in rows])) if rows else 0.0


def _keep_detailed(outcome: _Outcome, threshold: float, units: Mapping[str, Unit]) -> None:
    """Keep what scores above the mean of the set: of the folder's first set, so that nothing moves when it grows."""
    for row in outcome.rows:
        if float(row["filter_score"]) <= threshold:
            outcome.skip(units[row["origin"]], f"its detail score is not above the mean of the set, {threshold:.4g}")
    outcome.rows = [row for row in outcome.rows if float(row["filter_score"]) > threshold]


def _draw(
    outcome: _Outcome, taken: Sequence[dict[str, str]], options: PrepareOptions, units: Mapping[str, Unit]
) -> None:
    drawn = draw(outcome.rows, taken, options)
    for row in drawn.left:
        outcome.skip(units[row["origin"]], "it was not drawn")
    outcome.rows = drawn.rows
    outcome.warnings += drawn.unmet


def _skipped_files(skipped: Sequence[Skipped]) -> list[dict[str, str]]:
    return [{"file": one.path, "frame": "", "reason": one.reason} for one in skipped if not one.is_foreign]


def _summary(
    folder: PreparedFolder, outcome: _Outcome, skipped_list: Path, warning: str, options: PrepareOptions
) -> Prepared:
    images = Counter(row["split"] for row in folder.rows)
    patients = Counter(split for split, _ in {(row["split"], row["patient"]) for row in folder.rows})
    warnings = [*outcome.warnings, *([warning] if warning else [])]
    for split, share in zip(SPLITS, options.draw if options.draws_splits else options.shares, strict=True):
        if share and not images[split]:
            warnings.append(f"no image is in {split}: there are few patients; give other shares or another seed")
    return Prepared(
        images={split: images[split] for split in SPLITS},
        patients={split: patients[split] for split in SPLITS},
        new=len(outcome.rows),
        skipped=dict(Counter(row["reason"] for row in outcome.skipped).most_common()),
        warnings=tuple(warnings),
        skipped_list=skipped_list,
    )
