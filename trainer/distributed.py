"""Several processes that train one network: what ``torchrun`` starts, and torch's DistributedDataParallel joins.

Each process (rank) takes its slice of the same batch; the gradients are averaged, so the weights stay equal. The first
rank alone validates and writes files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar, cast

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from medsr_viewer.errors import MedsrError

Shared = TypeVar("Shared")
PATIENCE = timedelta(minutes=30)
"""What the other ranks wait for the first one's validation."""


class WorkerLost(MedsrError):
    """A process that this one works with has ended."""

    title = "A training process was lost"
    advice = "Run the same command again: it goes on from the last checkpoint."


@dataclass(frozen=True)
class World:
    """The processes that train together.

    Attributes
    ----------
    rank, size : int
        Which of them this is, and how many there are.
    device : torch.device
        Of this process.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this process validates, reports and writes."""
        return self.rank == 0

    def replica(self, network: nn.Module) -> nn.Module:
        """Return what a training step calls: the network, wrapped where its gradients are shared."""
        if self.size == 1:
            return network
        # Training reads no running statistics, and the first process alone validates: its own ones are what counts. To
        # hand them round at every call would overwrite them between two calls of one step.
        return DistributedDataParallel(
            network,
            device_ids=[self.device] if self.device.type == "cuda" else None,
            broadcast_buffers=False,
        )

    def mean(self, values: Tensor) -> Tensor:
        """Return the mean over all processes."""
        if self.size == 1:
            return values
        total = values.clone()
        distributed.all_reduce(total)
        return total / self.size

    def any(self, flag: bool) -> bool:
        """Return whether the flag is set in any process."""
        return flag if self.size == 1 else bool(self.mean(torch.tensor(float(flag), device=self.device)) > 0)

    def from_first(self, compute: Callable[[], Shared]) -> Shared:
        """Return in all processes what the first one computes; the others wait.

        Raises
        ------
        MedsrError
            What it raised in the first process, in all of them.
        """
        if self.size == 1:
            return compute()
        box: list[Shared | MedsrError | None] = [None]
        if self.is_first:
            try:
                box = [compute()]
            except MedsrError as exc:
                box = [exc]
        distributed.broadcast_object_list(box, 0, device=self.device)
        if isinstance(box[0], MedsrError):
            raise box[0]
        return cast(Shared, box[0])


@contextmanager
def joined() -> Iterator[World]:
    """Join the processes that ``torchrun`` started, or be the only one.

    Raises
    ------
    WorkerLost
        If another process ends while this one waits for it.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    cuda = torch.cuda.is_available()
    if size == 1:
        yield World(0, 1, torch.device("cuda" if cuda else "cpu"))
        return
    local = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if cuda else "gloo", timeout=PATIENCE)
    try:
        yield World(distributed.get_rank(), size, device)
        distributed.barrier()  # none leaves while another still writes: its threads would end in mid-air
    except RuntimeError as exc:
        if _is_lost_peer(exc):
            raise WorkerLost(f"process {os.environ.get('RANK')} of {size} waited for another that has ended") from exc
        raise
    finally:
        distributed.destroy_process_group()


def _is_lost_peer(exc: RuntimeError) -> bool:
    words = ("Connection closed by peer", "Connection reset", "Connection refused", "Timed out", "NCCL")
    return isinstance(exc, distributed.DistError) or any(word in str(exc) for word in words)
