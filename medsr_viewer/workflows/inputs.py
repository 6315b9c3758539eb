"""The images that a command works through: one frame of every file among the given paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import UnusableImage
from medsr_viewer.imaging.collect import Skipped, collect
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.read import read_frame
from medsr_viewer.imaging.study import Instance


@dataclass(frozen=True)
class Input:
    """One frame of one file.

    Parameters
    ----------
    instance : Instance
        The file.
    index : int
        The frame, from 0.
    """

    instance: Instance
    index: int

    def read(self) -> Frame:
        """Decode the frame.

        Raises
        ------
        UnusableImage
            If the file has no such frame.
        UnreadableFile
            If it cannot be decoded.
        """
        if not 0 <= self.index < self.instance.frame_count:
            raise UnusableImage(
                f"{self.instance.source}: there is no frame {self.index + 1}",
                f"It has frames 1 to {self.instance.frame_count}.",
            )
        return read_frame(self.instance, self.index)


def find_inputs(paths: Sequence[Path], frame_number: int) -> tuple[list[Input], tuple[Skipped, ...]]:
    """Find the images among files, folders, zips and DICOMDIRs.

    Parameters
    ----------
    paths : sequence of Path
        What the user named.
    frame_number : int
        Which frame of each file, from 1.

    Returns
    -------
    inputs : list of Input
        By study, series and position.
    skipped : tuple of Skipped
        Files that were left out, with reasons.
    """
    found = collect(paths, CancelToken())
    instances = [i for study in found.studies for series in study.series for i in series.instances]
    return [Input(instance, frame_number - 1) for instance in instances], found.skipped
