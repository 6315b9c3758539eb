"""The process that decodes: what it returns, and what happens when it crashes, hangs or cannot be had."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import UID, JPEG2000Lossless

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.errors import UnreadableFile
from medsr_viewer.imaging import decoding
from medsr_viewer.imaging.decoder_messages import receive, send
from medsr_viewer.imaging.decoder_process import DECODER, DecoderProcess, given_up_with
from medsr_viewer.imaging.dicom_file import open_dicom
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.layout import Layout, PixelElement
from medsr_viewer.imaging.plugins import DecodeError, decode_compressed

# A decoder that does what the frame says, in place of the real ones.
PLANTED = """
import os, re, signal, time
import numpy as np
from medsr_viewer.imaging import plugins
def decode(frame, syntax, layout, element):
    if frame == b"crash":
        os.abort()
    if frame == b"hang":
        re.match("(a+)+$", "a" * 60 + "b")  # longer than any test, and never gives the interpreter's lock back
    if frame == b"refuse":
        raise plugins.DecodeError("it is damaged")
    if frame == b"memory":
        raise MemoryError
    if frame == b"killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if frame == b"slow":
        time.sleep(1.5)
        return np.zeros((layout.rows, layout.columns), np.int16), layout.photometric
    os.write(1, b"noise")
    return np.frombuffer(frame, np.int16).reshape(2, 3)[::-1], layout.photometric
plugins.decode_compressed = decode
from medsr_viewer.imaging.decoder_child import main
main()
"""
PIXELS = np.arange(-3, 3, dtype=np.int16).reshape(2, 3)
LAYOUT = Layout(2, 3, 1, 1, "MONOCHROME1", 16, 16, signed=True, planar=0)
ELEMENT = PixelElement("PixelData", "OW", 0, None, 12)

Decode = Callable[[bytes], np.ndarray]


@pytest.fixture
def planted(tmp_path: Path) -> Iterator[DecoderProcess]:
    script = tmp_path / "planted.py"
    script.write_text(PLANTED)
    process = DecoderProcess([sys.executable, "-P", str(script)], seconds=1.0)
    yield process
    process.stop()


def decode(process: DecoderProcess, frame: bytes) -> np.ndarray:
    pixels, photometric = process.decode(frame, JPEG2000Lossless, LAYOUT, ELEMENT)
    assert photometric == "MONOCHROME1"
    return pixels


def works(process: DecoderProcess) -> bool:
    pixels = decode(process, PIXELS.tobytes())
    return pixels.dtype == np.int16 and np.array_equal(pixels, PIXELS[::-1])


def frame_of(path: str) -> tuple[bytes, UID, Layout, PixelElement]:
    with open_dicom(Path(path)) as file:
        layout = file.layout()
        assert file.element is not None
        file.stream.seek(file.element.offset)
        frame = get_frame(file.stream, 0, number_of_frames=layout.frames)
        return frame, file.syntax, layout, file.element


def damaged(name: str, path: Path, damage: Callable[[bytearray], None]) -> Path:
    """Write one of pydicom's files with its only frame damaged."""
    source = get_testdata_file(name, download=False)
    frame = bytearray(frame_of(source)[0])
    damage(frame)
    ds = pydicom.dcmread(source)
    ds.PixelData = encapsulate([bytes(frame)])
    ds.save_as(path)
    return path


@pytest.mark.parametrize(
    "name",
    ["J2K_pixelrep_mismatch.dcm", "MR_small_jpeg_ls_lossless.dcm", "SC_rgb_small_odd_jpeg.dcm", "JPEG2000.dcm"],
)
def test_pixels_are_those_of_the_decoders_here(name: str) -> None:
    wanted = frame_of(get_testdata_file(name, download=False))
    there, here = DECODER.decode(*wanted), decode_compressed(*wanted)
    np.testing.assert_array_equal(there[0], here[0])
    assert there[0].dtype == here[0].dtype
    assert there[1] == here[1]


def test_one_process_serves_and_its_printing_is_not_taken_for_an_answer(planted: DecoderProcess) -> None:
    planted.start()
    first = planted._process
    assert first is not None
    assert works(planted)
    assert works(planted)
    with pytest.raises(DecodeError, match="^it is damaged$"):
        decode(planted, b"refuse")
    with pytest.raises(MemoryError):
        decode(planted, b"memory")
    assert planted._process is first


def test_a_crash_is_one_error_and_the_next_frame_is_decoded(planted: DecoderProcess) -> None:
    assert works(planted)
    crashed = planted._process
    assert crashed is not None
    with pytest.raises(DecodeError, match="crashed over it"):
        decode(planted, b"crash")
    assert crashed.returncode not in (None, 0), "waited for: no zombie is left"
    assert works(planted)


def test_a_decoder_that_hangs_is_ended(planted: DecoderProcess) -> None:
    assert works(planted)
    begun = time.monotonic()
    with pytest.raises(DecodeError, match="did not come to an end"):
        decode(planted, b"hang")
    assert 1.0 <= time.monotonic() - begun < 30
    assert works(planted)


def test_a_large_frame_is_given_more_time(planted: DecoderProcess) -> None:
    assert works(planted)
    large = replace(LAYOUT, rows=2000, columns=1000)
    pixels, _ = planted.decode(b"slow", JPEG2000Lossless, large, ELEMENT)
    assert pixels.shape == (2000, 1000)
    with pytest.raises(DecodeError, match="did not come to an end"):
        decode(planted, b"slow")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_being_killed_by_the_system_is_lack_of_memory(planted: DecoderProcess) -> None:
    with pytest.raises(MemoryError):
        decode(planted, b"killed")
    assert works(planted)


def test_a_frame_that_nobody_waits_for_any_more_is_given_up(planted: DecoderProcess) -> None:
    planted._seconds = 250
    token = CancelToken()
    threading.Timer(0.2, token.cancel).start()
    with pytest.raises(Cancelled), given_up_with(token):
        decode(planted, b"hang")
    assert works(planted)
    with given_up_with(token):
        assert works(planted), "what is quick is finished"


def test_a_process_that_died_meanwhile_is_replaced(planted: DecoderProcess) -> None:
    assert works(planted)
    assert planted._process is not None
    planted._process.kill()
    planted._process.wait()
    assert works(planted)


@pytest.mark.parametrize("command", [["/no/such/python"], [sys.executable, "-c", "raise SystemExit(3)"]])
def test_without_a_process_frames_are_decoded_here(command: list[str], caplog: pytest.LogCaptureFixture) -> None:
    wanted = frame_of(get_testdata_file("MR_small_jpeg_ls_lossless.dcm", download=False))
    process = DecoderProcess(command)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            np.testing.assert_array_equal(process.decode(*wanted)[0], decode_compressed(*wanted)[0])
    assert len(caplog.records) == 1, "tried once"
    assert process._process is None


def test_it_ends_when_stopped(planted: DecoderProcess) -> None:
    planted.start()
    process = planted._process
    assert process is not None
    planted.stop()
    planted.stop()
    assert process.returncode is not None


@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
@pytest.mark.parametrize("end", ["sys.exit()", "os.abort()"])
def test_it_ends_with_the_program_however_that_ends(end: str) -> None:
    script = (
        "import os, sys\nfrom medsr_viewer.imaging.decoder_process import DECODER\n"
        f"DECODER._started()\nprint(DECODER._process.pid, flush=True)\n{end}"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    pid = int(done.stdout)
    deadline = time.monotonic() + 20
    while _is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    if status.exists():
        return status.read_text().rpartition(")")[2].split()[0] != "Z"  # nobody may be left to wait for an orphan
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path("/proc").is_dir()


def test_a_file_over_which_a_decoder_crashes_is_named(tmp_path: Path, read: Callable[..., Frame]) -> None:
    def spoil(frame: bytearray) -> None:
        frame[11] = 233  # gdcm ends the process over this byte

    path = damaged("SC_rgb_small_odd_jpeg.dcm", tmp_path / "spoilt.dcm", spoil)
    with pytest.raises(UnreadableFile, match=r"spoilt\.dcm: the compressed frame is damaged") as caught:
        read(path)
    assert "Export the image again" in caught.value.advice
    assert read(Path(get_testdata_file("SC_rgb_small_odd_jpeg.dcm", download=False))).is_colour


def test_a_file_over_which_a_decoder_hangs_is_named(
    tmp_path: Path, read: Callable[..., Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(frame: bytearray) -> None:
        del frame[len(frame) // 2 :]  # pyjpegls waits for the rest without end

    impatient = DecoderProcess(seconds=1.0)
    monkeypatch.setattr(decoding, "DECODER", impatient)
    path = damaged("MR_small_jpeg_ls_lossless.dcm", tmp_path / "cut.dcm", cut)
    with pytest.raises(UnreadableFile, match=r"cut\.dcm: the compressed frame is damaged"):
        read(path)
    impatient.stop()


def test_messages_arrive_whole_or_not_at_all() -> None:
    stream = io.BytesIO()
    send(stream, {"a": [1, 2]}, b"bytes")
    sent = stream.getvalue()
    fields, data = receive(io.BytesIO(sent))
    assert fields == {"a": [1, 2]}
    assert data.tobytes() == b"bytes"
    for length in range(len(sent)):
        with pytest.raises(EOFError):
            receive(io.BytesIO(sent[:length]))
