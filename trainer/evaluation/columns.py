"""The columns of the evaluation's tables, and how a number is written in them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NOTHING = "-"


@dataclass(frozen=True)
class Column:
    """One figure.

    Attributes
    ----------
    title, key, form : str
        What stands above it, its name in the rows, and its format.
    meaning : str
        In a sentence.
    """

    title: str
    key: str
    form: str
    meaning: str

    def write(self, value: float | None) -> str:
        """Return a value in the column's format; a dash where there is none."""
        return NOTHING if value is None or math.isnan(value) else self.form.format(value)

    def mean(self, summary: Mapping[str, Any]) -> str:
        """Return the mean of a summary."""
        return self.write(summary["figures"].get(self.key, {}).get("value"))

    def interval(self, summary: Mapping[str, Any]) -> str:
        """Return the 95 % interval of a summary; "" where there is none."""
        figure = summary["figures"].get(self.key, {})
        return "" if figure.get("low") is None else f"{self.write(figure['low'])} to {self.write(figure['high'])}"


COLUMNS = (
    Column("PSNR dB", "psnr_db", "{:.2f}", "peak signal-to-noise ratio; higher is nearer to the reference"),
    Column("gain dB", "gain_db", "{:+.2f}", "PSNR above bicubic's on the same image"),
    Column("SSIM", "ssim", "{:.4f}", "structural similarity (Wang 2004, Gaussian window 11 x 11)"),
    Column("MS-SSIM", "ms_ssim", "{:.4f}", "the same over five scales; undefined below 176 pixels"),
    Column("UQI", "uqi", "{:.4f}", "universal quality index (Wang and Bovik 2002)"),
    Column("VGG", "perceptual_distance", "{:.3f}", "distance between VGG-16 features; smaller looks sharper"),
    Column("improved", "improvement", "{:.0%}", "share of the judged pixels that came nearer to the reference"),
    Column("omitted", "omission", "{:.0%}", "share that stayed as bicubic has them, without the reference's detail"),
    Column("invented", "hallucination", "{:.0%}", "share that is neither: detail that the reference has not"),
    Column("LR RMS", "consistency_rms", "{:.3%}", "RMS of re-degraded result minus input, as a share of its range"),
    Column("grid", "grid", "{:.3f}", "what of the error repeats with every input pixel, relative to local contrast"),
    Column("s", "seconds", "{:.3f}", "wall-clock seconds of upscaling, loading left out"),
    Column(
        "peak MiB", "peak_memory_mib", "{:.0f}",
        "memory at the peak of upscaling above what the process (on a GPU: torch) held before, weights loaded",
    ),
)  # fmt: skip


def p_value(p: float | None) -> str:
    """Return a p value in three places."""
    if p is None:
        return NOTHING
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def group_name(grouping: str, group: str) -> str:
    """Return what a group is called: "" is a modality or source that nobody stated."""
    return "all images" if grouping == "all" else group or f"{grouping} not stated"
