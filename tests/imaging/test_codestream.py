from __future__ import annotations

import io

import numpy as np
import pydicom
from PIL import Image

from medsr_viewer.imaging.codestream import codestream_size, repair_spectral_selection, without_jp2_boxes
from medsr_viewer.imaging.decoders import PLUGIN_ORDER, available_decoders, readable_syntaxes
from medsr_viewer.imaging.read import sample_path

PIXELS = np.random.default_rng(6).integers(0, 256, (24, 40)).astype(np.uint8)


def saved(kind: str, **options: object) -> bytes:
    Image.fromarray(PIXELS).save(stream := io.BytesIO(), kind, **options)
    return stream.getvalue()


def test_sizes_of_jpeg_and_jpeg_2000() -> None:
    jpeg = codestream_size(saved("JPEG"))
    assert jpeg is not None
    assert (jpeg.rows, jpeg.columns, jpeg.components, jpeg.precision) == (24, 40, 1, 8)
    j2k = codestream_size(without_jp2_boxes(saved("JPEG2000")))
    assert j2k is not None
    assert (j2k.rows, j2k.columns, j2k.components, j2k.precision, j2k.signed) == (24, 40, 1, 8, False)


def test_damaged_streams_have_no_size() -> None:
    assert codestream_size(b"") is None
    assert codestream_size(b"\xff\xd8\xff") is None
    assert codestream_size(b"\xff\x4f\xff\x51\0") is None
    assert codestream_size(saved("JPEG")[:30]) is None


def test_the_wrong_byte_of_a_sequential_scan_is_corrected() -> None:
    sound = saved("JPEG")
    scan = sound.index(b"\xff\xda")
    end_of_selection = scan + 2 + int.from_bytes(sound[scan + 2 : scan + 4], "big") - 2
    assert sound[end_of_selection] == 63
    wrong = sound[:end_of_selection] + b"\0" + sound[end_of_selection + 1 :]
    assert repair_spectral_selection(wrong) == (sound, True)
    assert repair_spectral_selection(sound) == (sound, False)


def test_progressive_scans_are_left_alone() -> None:
    progressive = saved("JPEG", progressive=True)
    assert repair_spectral_selection(progressive) == (progressive, False)


def test_boxes_are_removed_and_the_rest_decodes() -> None:
    boxed = saved("JPEG2000", irreversible=False)
    bare = without_jp2_boxes(boxed)
    assert len(bare) < len(boxed)
    assert without_jp2_boxes(bare) == bare
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(bare))), PIXELS)


def test_all_decoders_are_installed_and_read_what_they_should() -> None:
    decoders = {decoder.name: decoder for decoder in available_decoders()}
    assert decoders["pydicom"].version == pydicom.__version__
    assert all(decoder.version and decoder.name in decoder.install_hint for decoder in decoders.values())
    syntaxes = {uid: readable for uid, _, readable in readable_syntaxes()}
    assert all(syntaxes.values())
    assert PLUGIN_ORDER.keys() <= syntaxes.keys()
    assert str(pydicom.dcmread(sample_path(), stop_before_pixels=True).file_meta.TransferSyntaxUID) in syntaxes
