"""`medsr doctor`: versions, devices, decoders, what is missing and how to get it."""

from __future__ import annotations

import argparse
import platform
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console
from rich.table import Table

from medsr_viewer import __version__
from medsr_viewer.imaging.decoders import available_decoders
from medsr_viewer.settings import model_folders
from medsr_viewer.upscaling.devices import available_devices
from medsr_viewer.upscaling.methods import catalogue

PACKAGES = ("torch", "PySide6-Essentials", "pyqtgraph", "pydicom", "numpy", "scikit-image", "opencv-python-headless")


def run(_: argparse.Namespace) -> int:
    """Print what there is and what is missing; return 1 where something is missing."""
    console = Console()
    missing = _print_versions(console) + _print_decoders(console)
    _print_devices(console)
    missing += _print_models(console)
    if missing:
        console.print("Missing:", *(f"  {line}" for line in missing), sep="\n")
    else:
        console.print("Nothing is missing.")
    return 1 if missing else 0


def _print_versions(console: Console) -> list[str]:
    table, missing = Table("Package", "Version"), []
    table.add_row("medsr-viewer", __version__)
    table.add_row("Python", platform.python_version())
    for name in PACKAGES:
        found = _version(name)
        table.add_row(name, found or "missing")
        if found is None:
            missing.append(f"{name}: python -m pip install {name}")
    console.print(table)
    return missing


def _print_decoders(console: Console) -> list[str]:
    table, missing = Table("Decoder", "Version", "Reads"), []
    for decoder in available_decoders():
        table.add_row(decoder.name, decoder.version or "missing", decoder.reads)
        if decoder.version is None:
            missing.append(f"{decoder.name} ({decoder.reads}): {decoder.install_hint}")
    console.print(table)
    return missing


def _print_devices(console: Console) -> None:
    table = Table("Device", "What it is", "Memory")
    for device in available_devices():
        table.add_row(device.name, device.label, f"{device.memory / 2**30:.1f} GiB" if device.memory else "-")
    console.print(table)


def _print_models(console: Console) -> list[str]:
    known = catalogue()
    learned = [method.name for method in known.methods if method.is_learned]
    console.print("Models:", ", ".join(learned) or "none", "in", ", ".join(map(str, model_folders())))
    missing = [f"{problem} {problem.advice}" for problem in known.problems]
    return missing if learned else [*missing, "learned methods: install the program again"]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
