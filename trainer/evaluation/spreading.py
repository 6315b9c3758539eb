"""Spread the images over processes and machines by Dask: the same rows, in the same order, as in one process.

Workers on other machines need this program, one thread each (``dask worker --nthreads 1``), and the images and weights
under the same paths (a shared file system); weights are checked against their cards' hashes there too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias, TypeVar

import torch

from medsr_viewer.errors import InputError, MedsrError
from trainer.evaluation.measuring import Outcome, Plan, Progress, Row, gather, measure_image
from trainer.extras import MissingExtra
from trainer.images import Report, TrainingImage, warn

CONNECT_SECONDS = 15
PATIENCE_SECONDS = 60
"""How long no worker may be there before the run is given up."""
_DEATHS = 1
"""Of local workers over one image, after which the image is not tried again: a crash or want of memory repeats."""

Client: TypeAlias = Any
"""``distributed.Client``, most of which is not typed."""
Item = TypeVar("Item")
Result = TypeVar("Result")


class ClusterUnreachable(InputError):
    """There is no Dask scheduler at an address, or it has no workers."""

    title = "This cluster cannot be used"
    advice = "Start `dask scheduler` and `dask worker ADDRESS`, or spread over this machine with --workers."


class EvaluationWorkerLost(MedsrError):
    """A worker process died, and the work cannot go on without it."""

    title = "A worker process was lost"
    advice = "Usually memory ran out: run it again with fewer --workers. If one image is at fault, take it out."


@contextmanager
def local_workers(count: int) -> Iterator[Client]:
    """Start worker processes on this machine, of one thread each.

    Raises
    ------
    MissingExtra
        If Dask is not installed.
    """
    dask, distributed = _dask()
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": _DEATHS}),
        distributed.LocalCluster(
            n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@contextmanager
def cluster_at(address: str) -> Iterator[Client]:
    """Connect to a scheduler.

    Parameters
    ----------
    address : str
        As ``tcp://10.0.0.1:8786``.

    Raises
    ------
    MissingExtra
        If Dask is not installed.
    ClusterUnreachable
        If nothing answers there, or there is no worker.
    """
    _, distributed = _dask()
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as exc:
        raise ClusterUnreachable(f"no Dask scheduler answers at {address}") from exc
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as exc:
            raise ClusterUnreachable(f"the Dask scheduler at {address} has no workers") from exc
        yield client


def measure_spread(
    plan: Plan,
    images: Sequence[TrainingImage],
    client: Client,
    report: Report = warn,
    progress: Progress | None = None,
) -> list[Row]:
    """Measure every method on every image on a client's workers.

    Raises
    ------
    EvaluationWorkerLost
        If a worker died over an image twice, or none is left.
    """
    # Files are read where they are measured; luma that was computed here has no file to be read from.
    sent = list(images) if plan.protocol.rounds else [replace(image, stored=None) for image in images]
    outcomes = spread(partial(_on_one_thread, plan), sent, client, name=lambda image: image.path)
    return gather(outcomes, len(images), report, progress)


def spread(
    function: Callable[[Item], Result], items: Sequence[Item], client: Client, name: Callable[[Item], str] = str
) -> Iterator[Result]:
    """Yield a function's results for some items, in their order.

    Raises
    ------
    EvaluationWorkerLost
        If a worker died over an item, again and again, or none is left. The message names the item.
    """
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    futures = client.map(function, items, pure=False)
    for item, future in zip(items, futures, strict=True):
        try:
            _wait(future, client)
            yield future.result()
        except KilledWorker as exc:
            raise EvaluationWorkerLost(f"{name(item)}: the process that measured it died each time") from exc
        except (CancelledError, CommClosedError) as exc:
            raise EvaluationWorkerLost("the connection to the Dask scheduler was lost") from exc
        future.release()


def _wait(future: Any, client: Client) -> None:
    """Wait for a result as long as there is a worker; one that comes back in time is waited for."""
    import distributed

    was_idle = False
    while not future.done():
        try:
            distributed.wait(future, timeout=PATIENCE_SECONDS)  # type: ignore[no-untyped-call]
        except TimeoutError:
            is_idle = not client.nthreads()
            if is_idle and was_idle:
                raise EvaluationWorkerLost("no worker is left") from None
            was_idle = is_idle


def _on_one_thread(plan: Plan, image: TrainingImage) -> Outcome:
    torch.set_num_threads(1)  # several processes share the cores
    return measure_image(image, plan)


def _dask() -> tuple[Any, Any]:
    try:
        import dask
        import distributed
    except ImportError as exc:
        raise MissingExtra("Dask", "cluster") from exc
    return dask, distributed
