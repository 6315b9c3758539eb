"""The training loop, for PSNR-oriented and adversarial runs alike."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from torch import nn

from medsr_viewer.errors import InvalidRecipe
from medsr_viewer.models.architectures import parameter_count
from medsr_viewer.whole_files import write_whole
from trainer import checkpoint
from trainer.data import Batch, PatchSampler
from trainer.determinism import repeatable
from trainer.distributed import World, joined
from trainer.evaluation.leaks import patient_leaks
from trainer.examiner import Examiner
from trainer.images import Report, load_images, unheard
from trainer.lineage import record_lineage
from trainer.loader import BatchLoader, naming_lost_workers
from trainer.objective import FeatureFiles, Objective
from trainer.optimisation import Plateau, rate_factor
from trainer.players import Players
from trainer.progress import showing_progress
from trainer.recipe import Recipe, in_steps
from trainer.recipe_file import changes, recipe_as_dict
from trainer.run_log import Row, RunLog, rounded
from trainer.run_report.writer import ReportWriter
from trainer.selection import Selection, figure_of
from trainer.standing import Part, Standing
from trainer.stopping import StopRequest, stop_on_signals
from trainer.terms import Terms, TrainingDiverged, files_of
from trainer.tolerance import Unreadable

__all__ = ["Run", "TrainingDiverged", "train"]


def train(
    recipe: Recipe,
    data: Sequence[Path],
    run: Path,
    *,
    vgg_weights: Path | None = None,
    content_weights: Path | None = None,
    workers: int | None = None,
    report: Report = print,
    console: Console | None = None,
) -> bool:
    """Train a network, or go on where the run folder's checkpoint stands.

    Parameters
    ----------
    recipe : Recipe
        What to train, and how.
    data : sequence of Path
        Data folders and manifests (see `trainer.images`).
    run : Path
        Run folder; holds ``recipe.json``, ``lineage.json``, ``log.csv``, ``last.pt``, ``best.safetensors``,
        ``best.json``, ``report.html``, ``samples`` and ``events``.
    vgg_weights : Path, optional
        VGG-16's features; needed where the recipe has a perceptual loss or selects by perceptual distance.
    content_weights : Path, optional
        Of the recipe's content backbone, where torch's cache or a download are not wanted.
    workers : int, optional
        Processes that prepare batches; chosen by the machine where it is left out.
    report : callable
        Takes a line of progress.
    console : Console, optional
        Where a progress bar may be drawn.

    Returns
    -------
    bool
        True when the run is finished, False when a signal stopped it before.

    Raises
    ------
    MedsrError
        If data, weights or the folder's checkpoint cannot be used, loss or gradient are not finite, a file cannot be
        written, or another process of the training is lost.
    """
    files = FeatureFiles(vgg_weights, content_weights)
    with joined() as world, repeatable(world.device):
        told = report if world.is_first else unheard
        return Run(recipe, data, run, world, files, told, workers, console).work()


class Run:
    """One run's networks, data and progress."""

    def __init__(
        self,
        recipe: Recipe,
        data: Sequence[Path],
        run: Path,
        world: World,
        files: FeatureFiles,
        report: Report,
        workers: int | None = None,
        console: Console | None = None,
    ) -> None:
        self.run, self.world, self.report, self.workers, self.console = run, world, report, workers, console
        scale_factor = recipe.network.scale_factor
        images = load_images(data, "train", resize=recipe.data.resize, report=report)
        validation_images = load_images(data, "val", resize=recipe.data.validation_size, report=report)
        for leak in patient_leaks(data) if world.is_first else ():
            report(leak)
        self.recipe = recipe = in_steps(recipe, len(images))
        if recipe.data.batch % world.size:
            raise InvalidRecipe(
                f"{recipe.name}: data.batch = {recipe.data.batch}",
                f"Allowed: multiples of {world.size} (processes).",
            )
        self.sampler = PatchSampler(images, recipe.data, scale_factor, recipe.seed, recipe.degradation, report)
        self.unreadable = Unreadable((image.folder for image in images), "train", report)
        self.players = Players(recipe, Objective(recipe, files), world, report)
        self.examiner = Examiner(recipe, validation_images, images, self.players.objective.perceptual, report)
        self.selection, self.plateau = Selection(recipe.validation), Plateau(recipe.optimiser)
        self.terms = Terms(world, lambda step: ", ".join(sorted(set(files_of(self.sampler, step)))))
        self.log, self.page = RunLog(run, report), ReportWriter(run, report)
        parts: dict[str, Part] = {
            "players": self.players,
            "terms": self.terms,
            "selection": self.selection,
            "plateau": self.plateau,
        }
        self.standing = Standing(run, world, parts, [image.path for image in images])
        size = parameter_count(self.players.generator.network)
        others = f", {world.size} processes" if world.size > 1 else ""
        report(f"{recipe.name}: {size:,} parameters, {len(images)} training images, on {world.device}{others}")

    def work(self) -> bool:
        """Train until the recipe's last step, a request to stop, or an early stop; return False for a request."""
        with self._logging(), stop_on_signals() as stop:
            self._begin()
            if not self.is_finished:
                self._train(stop)
        if self.world.is_first:
            self.page.update(len(self.log.rows), finally_=True)
        if not self.is_finished:
            self.report(f"stopped at step {self.standing.step}: the same command goes on from there")
        elif self.selection.shortfall:
            self.report(self.selection.shortfall)
        return self.is_finished

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left to do."""
        return self.standing.step >= self.recipe.optimiser.steps or self.selection.is_exhausted

    def _train(self, stop: StopRequest) -> None:
        standing, total = self.standing, self.recipe.optimiser.steps
        share = (self.world.rank, self.world.size)
        loader = BatchLoader(self.sampler, range(standing.step, total), self.world.device, self.workers, share)
        started, before = time.monotonic(), standing.seconds
        progress = showing_progress(self.recipe.name, standing.step, total, self.console, self.report)
        with naming_lost_workers(), progress as advance:
            for batch in loader:
                self.unreadable.leave_out(batch.unreadable)
                self._take_step(batch)
                advance(standing.step)
                standing.seconds = before + time.monotonic() - started
                stopping = self.world.any(stop.requested)
                if self._is_due():
                    self._validate()
                elif stopping:
                    standing.save(self.log.rows)
                if stopping or self.is_finished:
                    break
        self.report(f"waited for data {loader.waited / (standing.seconds - before):.1%} of the time")

    def _take_step(self, batch: Batch) -> None:
        step = self.standing.step
        self.terms.add(step, self.players.step(batch, step, self.plateau.factor))
        if self.players.overflows:
            raise TrainingDiverged(f"fp16 cannot hold the gradient at step {step}", "Use precision = bf16 or fp32.")
        self.standing.step += 1

    def _is_due(self) -> bool:
        step = self.standing.step
        return step % self.recipe.validation.every == 0 or step == self.recipe.optimiser.steps

    def _validate(self) -> None:
        """Score, keep the weights if they are the best, write pictures, checkpoint and log, in this order.

        What comes after the checkpoint must be written again by a run that goes on from it, as the log is.
        """
        means = self.terms.means()
        scores = self.world.from_first(lambda: self.examiner.scores(self._average))
        if self.plateau.see(figure_of(self.recipe.validation, scores)):
            self.report(f"the figure no longer grows: the rate is {self.plateau.factor:g} of what it was at first")
        is_best = self.selection.is_best(scores)
        if not self.world.is_first:
            return
        row = self._row(means) | self.examiner.figures(self._average, scores)
        if is_best:
            checkpoint.save_weights(self.run / checkpoint.BEST, self._average)
            write_whole(self.run / "best.json", json.dumps(row, indent=2), advice=checkpoint.GOES_ON)
        self.log.add(row)
        pictures = self.examiner.draw(self._average, self.run, self.standing.step)
        self.standing.save(self.log.rows)
        self.log.write(pictures)
        self.page.update(len(self.log.rows))

    def _row(self, means: Mapping[str, float]) -> Row:
        step, seconds = self.standing.step, self.standing.seconds
        epoch = step * self.recipe.data.batch / len(self.sampler.images)
        row: Row = {"step": step, "epoch": round(epoch, 3), "seconds": round(seconds, 1)}
        optimiser = self.recipe.optimiser
        rate = optimiser.rate * rate_factor(step, optimiser) * self.plateau.factor  # of the next step
        return row | (rounded(means) if means else {"loss": math.nan}) | rounded({"rate": rate})

    @property
    def _average(self) -> nn.Module:
        return self.players.average.module

    def _begin(self) -> None:
        """Go on from the checkpoint; without one, validate before the first step, so that nothing fails after hours."""
        self.world.from_first(lambda: checkpoint.make_folder(self.run))
        rows = self.standing.resume(self.recipe.name, self.report)
        if self.world.is_first:
            self._write_recipe()
            if rows is None:
                record_lineage(self.run, recipe_as_dict(self.recipe)["network"])
            self.log.begin(rows or ())
        if rows is None:
            self._validate()

    def _write_recipe(self) -> None:
        path, recipe = self.run / "recipe.json", recipe_as_dict(self.recipe)
        if self.standing.step and path.is_file():
            for change in changes(json.loads(path.read_text(encoding="utf-8")), recipe):
                self.report(f"the recipe has changed: {change}")
        write_whole(path, json.dumps(recipe, indent=2), advice=checkpoint.GOES_ON)

    @contextmanager
    def _logging(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.log.close()
