"""What is loaded once the window stands: the decoder process, and torch, which names the devices that it finds."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.decoder_process import DECODER
from medsr_viewer.ui.runner import Report


def load_devices(_token: CancelToken, _report: Report) -> tuple[tuple[str, str], ...]:
    """Start the decoder process, import torch and return the devices as (name, label); work for a runner."""
    DECODER.start()
    _load_libraries()
    from medsr_viewer.upscaling.devices import available_devices

    return tuple((device.name, device.label) for device in available_devices())


def _load_libraries() -> None:
    # An import holds the interpreter's lock while the system links torch's libraries, and the window would stand still
    # for as long. A call through ctypes does not hold it; the import then finds the libraries loaded.
    spec = importlib.util.find_spec("torch")
    if sys.platform != "linux" or spec is None or spec.origin is None or "torch" in sys.modules:
        return
    library = Path(spec.origin).parent / "lib" / "libtorch_python.so"
    ctypes.CDLL(None).dlopen(os.fsencode(library), os.RTLD_LAZY)
