"""Where a run stands: what its checkpoint holds, so that it goes on as if it had never stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from medsr_viewer.errors import ModelError
from trainer import checkpoint
from trainer.distributed import World
from trainer.run_log import Row


class Part(Protocol):
    """Something of a run that changes as it goes on."""

    def state(self) -> dict[str, Any]:
        """Return all that a resume needs."""

    def restore(self, state: Any) -> None:
        """Take over what `state` returned."""


class Standing:
    """How far a run is, and the parts of it that go on from there.

    Parameters
    ----------
    run : Path
        Run folder.
    world : World
        All processes of the run.
    parts : mapping of str to Part
        By their names in the checkpoint.
    images : sequence of str
        The training images, by which a resume tells whether the data are the same.

    Attributes
    ----------
    step : int
        Steps that are done.
    seconds : float
        That they took, validations included.
    """

    def __init__(self, run: Path, world: World, parts: Mapping[str, Part], images: Sequence[str]) -> None:
        self.step, self.seconds = 0, 0.0
        self._run, self._world, self._parts, self._images = run, world, parts, list(images)

    def resume(self, name: str, report: Callable[[str], None]) -> Sequence[Row] | None:
        """Go on from the checkpoint; return the log's rows up to it, or None where the run has not begun.

        Parameters
        ----------
        name : str
            Of the recipe, for messages.
        report : callable
            Takes a line of progress.

        Raises
        ------
        ModelError
            If the checkpoint is damaged, or of other networks.
        """
        # Machines need no common disk: the first one's checkpoint is all that counts.
        state = self._world.from_first(lambda: checkpoint.load_state(self._run))
        if state is None:
            return None
        try:
            for part, held in self._parts.items():
                held.restore(state[part])
            self.step, self.seconds = state["step"], state["seconds"]
        except (KeyError, RuntimeError, ValueError) as exc:
            raise ModelError(
                f"{self._run}: its checkpoint is not one of {name}'s networks", "Choose another run folder."
            ) from exc
        if state["images"] != self._images:
            report("the training images are others than at the checkpoint")
        report(f"resumed at step {self.step}")
        rows: Sequence[Row] = state["log"]
        return rows

    def save(self, rows: Sequence[Row]) -> None:
        """Write the checkpoint, with the log's rows up to it.

        Every process calls this, for terms that are still to be gathered from all; after `Terms.means` the first alone
        may.

        Raises
        ------
        CannotWrite
            If the disk is full, or the folder may not be written to; the checkpoint before stays as it was.
        """
        parts = {name: part.state() for name, part in self._parts.items()}
        if self._world.is_first:
            progress = {"step": self.step, "seconds": self.seconds, "log": rows, "images": self._images}
            checkpoint.save_state(self._run, progress | parts)
