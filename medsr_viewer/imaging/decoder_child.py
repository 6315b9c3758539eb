"""The decoder process: decodes the frames that it is sent until nobody sends any more.

Started by `decoder_process` as ``python -m medsr_viewer.imaging.decoder_child``.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from typing import BinaryIO

from medsr_viewer.imaging.decoder_messages import receive, send

START_SECONDS = 60


def main() -> None:
    """Answer until the other side closes its end, which it also does by dying."""
    answers = _take_standard_output()
    _die_in_silence()
    nothing = open(os.devnull, "w")  # noqa: SIM115, PTH123 - open until the process ends
    # The watchdog is a thread in C: it also ends a process whose decoder never gives the interpreter's lock back.
    faulthandler.dump_traceback_later(START_SECONDS, exit=True, file=nothing)
    import warnings

    import numpy as np
    from pydicom.uid import UID

    from medsr_viewer.imaging.layout import Layout, PixelElement
    from medsr_viewer.imaging.plugins import DecodeError, decode_compressed

    warnings.simplefilter("ignore")
    faulthandler.cancel_dump_traceback_later()
    send(answers, {"ready": True})
    while True:
        try:
            wanted, frame = receive(sys.stdin.buffer)
        except EOFError:
            return
        faulthandler.dump_traceback_later(wanted["seconds"], exit=True, file=nothing)
        try:
            pixels, photometric = decode_compressed(
                frame.tobytes(), UID(wanted["syntax"]), Layout(**wanted["layout"]), PixelElement(**wanted["element"])
            )
        except DecodeError as exc:
            send(answers, {"error": str(exc)})
        except MemoryError:
            send(answers, {"no_memory": True})
        else:
            plain = np.ascontiguousarray(pixels)
            about = {"shape": plain.shape, "dtype": plain.dtype.str, "photometric": photometric}
            send(answers, about, plain.reshape(-1).view(np.uint8).data)
        faulthandler.cancel_dump_traceback_later()


def _take_standard_output() -> BinaryIO:
    """Return standard output, and let what decoders print there go nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)
    return answers


def _die_in_silence() -> None:
    # Ctrl+C reaches every process of a terminal; this one ends with the one that started it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(0x0003)  # no dialogue about a crash
    else:
        import resource

        # A core dump would hold a patient's pixels.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
