"""Batches, prepared ahead by other processes, so that training does not wait for them."""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import cv2
import torch
from torch.utils.data import DataLoader, Dataset

from medsr_viewer.errors import MedsrError
from trainer.data import Batch

AHEAD = 4
"""Batches that each process keeps ready."""
MOST_WORKERS = 8
_LOST = "DataLoader worker (pid"
"""How torch names a worker that has ended."""
_RAISED = "Caught "
"""How torch begins what a worker raised: the rest is the error's name and traceback."""


class LoaderFailed(MedsrError):
    """A process that prepares batches has ended."""

    title = "A process that prepares batches was lost"
    advice = (
        "Often the machine ran out of memory. Run the same command again: it goes on from the last checkpoint. "
        "`--workers 0` prepares batches without other processes."
    )


class Sampler(Protocol):
    """What draws batches: the same step always gives the same batch, so their order and number of workers are free."""

    def batch(self, step: int) -> Batch:
        """Return the patches of a step."""


class BatchLoader:
    """Iterates over the batches of steps.

    Parameters
    ----------
    sampler : Sampler
        Draws the batches.
    steps : range
        Which ones.
    device : torch.device
        Where the batches go.
    workers : int, optional
        Processes that prepare them; 0: none but this one. Chosen by the machine where it is left out.
    share : (int, int)
        Rank and number of the processes that train together: each takes its slice of the batch.

    Attributes
    ----------
    waited : float
        Seconds that were spent waiting for batches.
    """

    def __init__(
        self,
        sampler: Sampler,
        steps: range,
        device: torch.device,
        workers: int | None = None,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        self.device = device
        self.waited = 0.0
        self.workers = _usual_workers(device, share[1]) if workers is None else workers
        self._loader: DataLoader[Batch | MedsrError] = DataLoader(
            _Steps(sampler, share),
            sampler=steps,
            batch_size=None,
            num_workers=self.workers,
            collate_fn=_as_it_is,
            prefetch_factor=AHEAD if self.workers else None,
            worker_init_fn=_start_worker,
            # A forked process shares the images' memory. Where there is no fork, they are copied to it.
            multiprocessing_context="fork" if self.workers and sys.platform == "linux" else None,
        )

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches in order; iterate inside `naming_lost_workers`.

        Raises
        ------
        MedsrError
            What drawing a batch raised, in whichever process.
        LoaderFailed
            If a process that prepares batches ended while its batch was read.
        """
        started = time.perf_counter()
        for batch in self._received():
            self.waited += time.perf_counter() - started
            if isinstance(batch, MedsrError):
                raise batch
            yield batch.to(self.device)
            started = time.perf_counter()

    def _received(self) -> Iterator[Batch | MedsrError]:
        try:
            with warnings.catch_warnings():
                # Python 3.12 warns of any fork beside threads; the workers touch nothing that those hold.
                warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
                batches = iter(self._loader)
            yield from batches
        except (ConnectionError, EOFError) as exc:
            # A worker that ends while it sends leaves this behind; the data may raise the same.
            if not self.workers or str(exc).startswith(_RAISED):
                raise
            raise _lost(exc) from exc


@contextmanager
def naming_lost_workers() -> Iterator[None]:
    """Turn the error of a killed worker, which torch raises wherever this process stands then, into a known one.

    Raises
    ------
    LoaderFailed
        If a process that prepares batches was killed.
    """
    try:
        yield
    except RuntimeError as exc:
        if str(exc).startswith(_LOST):
            raise _lost(exc) from exc
        raise


def _lost(exc: Exception) -> LoaderFailed:
    reason = str(exc).splitlines()[0].rstrip(".") if str(exc) else type(exc).__name__
    return LoaderFailed(f"a process that prepares batches ended: {reason}")


class _Steps(Dataset[Batch | MedsrError]):
    def __init__(self, sampler: Sampler, share: tuple[int, int]) -> None:
        self.sampler = sampler
        self.rank, self.size = share

    def __getitem__(self, step: int) -> Batch | MedsrError:
        try:
            batch = self.sampler.batch(step)
        except MedsrError as exc:
            return exc  # torch would make a RuntimeError of it, or of its text alone
        if self.size == 1:
            return batch
        count = len(batch.reference) // self.size
        part = slice(self.rank * count, (self.rank + 1) * count)
        return batch.part(part)


def _as_it_is(batch: Any) -> Any:
    return batch


def _start_worker(_: int) -> None:
    # Ctrl+C and a launcher's SIGTERM go to whole process groups: the training process alone decides what they mean, and
    # ends its workers itself. If it is killed, they notice.
    if hasattr(os, "setpgrp"):
        os.setpgrp()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    cv2.setNumThreads(0)  # its pool does not survive a fork
    torch.set_num_threads(1)


def _usual_workers(device: torch.device, processes: int) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if device.type == "cpu":
        return 1
    return max(1, min(MOST_WORKERS, cores // processes - 1))
