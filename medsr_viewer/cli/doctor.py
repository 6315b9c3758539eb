"""`medsr doctor`: versions, devices, decoders, what is missing and how to get it."""

from __future__ import annotations

import argparse
import platform
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console
from rich.table import Table

from medsr_viewer import __version__
from medsr_viewer.cli.terminal import console
from medsr_viewer.imaging.decoders import available_decoders
from medsr_viewer.settings import model_folders
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.devices import available_devices

PACKAGES = ("torch", "PySide6-Essentials", "pyqtgraph", "pydicom", "numpy", "scikit-image", "opencv-python-headless")


def run(_: argparse.Namespace) -> int:
    """Print what there is and what is missing; return 1 where something is missing."""
    out = console()
    missing = _print_versions(out) + _print_decoders(out)
    _print_devices(out)
    missing += _print_models(out)
    if missing:
        out.print("Missing:", *(f"  {line}" for line in missing), sep="\n")
    else:
        out.print("Nothing is missing.")
    return 1 if missing else 0


def _print_versions(out: Console) -> list[str]:
    table, missing = Table("Package", "Version"), []
    table.add_row("medsr-viewer", __version__)
    table.add_row("Python", platform.python_version())
    for name in PACKAGES:
        found = _version(name)
        table.add_row(name, found or "missing")
        if found is None:
            missing.append(f"{name}: python -m pip install {name}")
    out.print(table)
    return missing


def _print_decoders(out: Console) -> list[str]:
    table, missing = Table("Decoder", "Version", "Reads"), []
    for decoder in available_decoders():
        table.add_row(decoder.name, decoder.version or "missing", decoder.reads)
        if decoder.version is None:
            missing.append(f"{decoder.name} ({decoder.reads}): {decoder.install_hint}")
    out.print(table)
    return missing


def _print_devices(out: Console) -> None:
    table = Table("Device", "What it is", "Memory")
    for device in available_devices():
        table.add_row(device.name, device.label, f"{device.memory / 2**30:.1f} GiB" if device.memory else "-")
    out.print(table)


def _print_models(out: Console) -> list[str]:
    known = catalogue()
    learned = [method.name for method in known.methods if method.is_learned]
    out.print("Models:", ", ".join(learned) or "none", "in", ", ".join(map(str, model_folders())))
    missing = [f"{problem} {problem.advice}" for problem in known.problems]
    return missing if learned else [*missing, "learned methods: install the program again"]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
