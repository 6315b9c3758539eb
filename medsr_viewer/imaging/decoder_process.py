"""Decoding compressed frames in a process of its own.

Most decoders hold the interpreter's lock while they work, and the window would stand still for as long: 0.15 s for a
megapixel of JPEG 2000. And some end the process over damaged data; what the user has open must survive that.
"""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.imaging.decoder_messages import receive, send

if TYPE_CHECKING:  # pydicom is slow to import: the process is started before it is needed here
    from pydicom.uid import UID

    from medsr_viewer.imaging.layout import Layout, PixelElement
    from medsr_viewer.imaging.plugins import Pixels

_COMMAND = (sys.executable, "-P", "-m", "medsr_viewer.imaging.decoder_child")
_SECONDS, _SECONDS_PER_MEGASAMPLE = 20.0, 2.0
_GRACE_S, _POLL_S = 1.0, 0.05
_PIPE_BYTES = 1 << 20
_GONE = (EOFError, OSError, ValueError, KeyError)  # the latter two: what it said last is cut off

_log = logging.getLogger(__name__)
_token: ContextVar[CancelToken | None] = ContextVar("token", default=None)


@contextmanager
def given_up_with(token: CancelToken) -> Iterator[None]:
    """Within this block and thread, stop a decoder that takes long once the token is cancelled.

    Parameters
    ----------
    token : CancelToken
        A frame that is nearly ready is waited for: starting the process again takes longer than most frames.
    """
    before = _token.set(token)
    try:
        yield
    finally:
        _token.reset(before)


class DecoderProcess:
    """Decodes one frame at a time in another process, which is started when needed and again after it died.

    Parameters
    ----------
    command : sequence of str
        What is run.
    seconds : float
        How long a small frame may take; a large one is given more.
    """

    def __init__(self, command: Sequence[str] = _COMMAND, seconds: float = _SECONDS) -> None:
        self._command, self._seconds = list(command), seconds
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False
        self._is_unavailable = False

    def start(self) -> None:
        """Start the process without waiting for it, so that the first frame need not wait as long."""
        # Whoever holds the lock decodes: the process runs.
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._is_unavailable or (self._process is not None and self._process.poll() is None):
                return
            self.stop()
            self._process = _run(self._command)
            atexit.register(self.stop)
        except OSError as exc:
            self._note_unavailable(exc)
        finally:
            self._lock.release()

    def stop(self) -> None:
        """End the process, if it runs. It holds nothing that would be lost."""
        with self._lock:
            process, self._process, self._is_ready = self._process, None, False
            atexit.unregister(self.stop)
            if process is not None:
                process.kill()
                for pipe in (process.stdin, process.stdout):
                    _close(pipe)
                process.wait()

    def decode(self, frame: bytes, syntax: UID, layout: Layout, element: PixelElement) -> tuple[Pixels, str]:
        """Decode a compressed frame; see `plugins.decode_compressed`, which it takes and returns the same as.

        Raises
        ------
        DecodeError
            If no decoder reads it, or the process died or did not end over it.
        MemoryError
            If there was too little memory.
        Cancelled
            If the token of `given_up_with` was cancelled.
        """
        from medsr_viewer.imaging.plugins import DecodeError, decode_compressed

        with self._lock:
            process = self._started()
            if process is None:
                return decode_compressed(frame, syntax, layout, element)
            seconds = self._seconds + _SECONDS_PER_MEGASAMPLE * layout.rows * layout.columns * layout.samples / 1e6
            wanted = {"seconds": seconds, "syntax": syntax, "layout": asdict(layout), "element": asdict(element)}
            begun = time.monotonic()
            try:
                with _stopped_when_cancelled(process, _token.get()):
                    answer, data = _ask(process, wanted, frame)
                    if "shape" in answer:
                        return data.view(answer["dtype"]).reshape(answer["shape"]), str(answer["photometric"])
            except _GONE as exc:
                reason = _last_word(process, too_long=time.monotonic() - begun >= seconds)
                self.stop()
                self.start()
                raise reason from exc
            except BaseException:  # Ctrl+C, Cancelled: its answer would be taken for that to the next question
                self.stop()
                raise
        if "no_memory" in answer:
            raise MemoryError
        raise DecodeError(answer["error"])

    def _started(self) -> subprocess.Popen[bytes] | None:
        """Return the process once it listens, or None where none can be had."""
        self.start()
        if self._process is not None and not self._is_ready:
            try:
                receive(self._process.stdout)  # type: ignore[arg-type] # a pipe, as it was asked for
                self._is_ready = True
            except _GONE as exc:
                self._note_unavailable(exc)
        return self._process

    def _note_unavailable(self, exc: BaseException) -> None:
        _log.warning("no decoder process (%s): frames are decoded in this one", type(exc).__name__)
        self._is_unavailable = True
        self.stop()


DECODER = DecoderProcess()
"""The program's own."""


def _run(command: list[str]) -> subprocess.Popen[bytes]:
    # The same modules as here, from wherever they are imported here; one thread, as none of the decoders uses more.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(  # noqa: S603 - this program
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if sys.platform == "linux":
        import fcntl

        # The reading thread has a low priority: on a busy machine it waits long for each turn, so fewer are needed.
        with suppress(OSError):  # the user's share of large pipes is used up
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)  # type: ignore[arg-type] # a pipe
    return process


def _ask(process: subprocess.Popen[bytes], wanted: dict[str, Any], frame: bytes) -> tuple[dict[str, Any], Any]:
    send(process.stdin, wanted, frame)  # type: ignore[arg-type] # a pipe, as it was asked for
    return receive(process.stdout)  # type: ignore[arg-type]


@contextmanager
def _stopped_when_cancelled(process: subprocess.Popen[bytes], token: CancelToken | None) -> Iterator[None]:
    """Kill the process where it still works on a frame a moment after the token was cancelled.

    Raises
    ------
    Cancelled
        If it was killed.
    """
    if token is None:
        yield
        return
    done, killed = threading.Event(), threading.Event()

    def watch() -> None:
        while not done.wait(_POLL_S):
            if token.is_cancelled and not done.wait(_GRACE_S):
                killed.set()
                process.kill()
                return

    thread = threading.Thread(target=watch, name="decoder watch", daemon=True)
    thread.start()
    try:
        yield
    except _GONE as exc:
        if killed.is_set():
            raise Cancelled from exc
        raise
    finally:
        done.set()
        thread.join()
        # The answer may have come in the very moment.
        if killed.is_set():
            process.wait()


def _last_word(process: subprocess.Popen[bytes], *, too_long: bool) -> BaseException:
    """Return why the process is gone."""
    from medsr_viewer.imaging.plugins import DecodeError

    _close(process.stdin)
    try:
        status = process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        status = process.wait()
    _log.warning("the decoder process ended with status %s", status)
    if too_long:
        return DecodeError("the compressed frame is damaged: its decoder did not come to an end")
    if status == -9:  # what the system does to a process when memory runs out; nobody else did
        return MemoryError()
    return DecodeError("the compressed frame is damaged: its decoder crashed over it")


def _close(pipe: Any) -> None:
    with suppress(OSError):  # what was still to be written cannot be
        pipe.close()
