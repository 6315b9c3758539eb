from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter

from medsr_viewer.imaging.study import Instance, Series, Study
from trainer.prepare.facts import Facts
from trainer.prepare.filters import detail_score, is_blank, unwanted
from trainer.prepare.frames import to_16_bits
from trainer.prepare.options import InvalidOptions, PrepareOptions
from trainer.prepare.sources import plan, shared_patient_warning
from trainer.prepare.splits import PatientInTwoSplits, check_no_leak, key_of, split_of
from trainer.prepare.zero_filling import Acquisition, crop_kspace, zero_filling_factor

PLAIN = PrepareOptions()
ANY = Facts("CT")


def noise(rows: int, columns: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).random((rows, columns), np.float32)


def zero_filled(small: Any, rows: int, columns: int) -> Any:
    """Return what a scanner stores that pads the k-space of `small` with zeros."""
    kspace = np.fft.fftshift(np.fft.fft2(small))
    before = [length // 2 - side // 2 for length, side in zip((rows, columns), small.shape, strict=True)]
    wide = np.zeros((rows, columns), complex)
    wide[before[0] : before[0] + small.shape[0], before[1] : before[1] + small.shape[1]] = kspace
    return (np.abs(np.fft.ifft2(np.fft.ifftshift(wide))) * (rows * columns / small.size)).astype(np.float32)


@pytest.mark.parametrize(("shape", "factor"), [((96, 96), 2), ((95, 63), 2), ((96, 64), 1.6), ((90, 101), 1.5)])
def test_cropping_kspace_undoes_zero_filling(shape: tuple[int, int], factor: float) -> None:
    kspace = np.fft.fftshift(np.fft.fft2(noise(*shape)))
    # Without the highest frequency of even sizes, of which k-space holds one half alone.
    for axis, side in enumerate(shape):
        if side % 2 == 0:
            np.moveaxis(kspace, axis, 0)[0] = 0
    # Away from zero, where the magnitude would fold it.
    small = np.fft.ifft2(np.fft.ifftshift(kspace)).real + 2
    rows, columns = (round(side * factor) for side in shape)
    undone = crop_kspace(zero_filled(small, rows, columns), factor)
    assert undone.shape == shape
    np.testing.assert_allclose(undone, small, atol=1e-5)


def test_cropping_kspace_keeps_the_mean_and_takes_magnitudes() -> None:
    pixels = noise(64, 64) + 1
    assert crop_kspace(pixels, 2).mean() == pytest.approx(pixels.mean(), rel=1e-4)
    edge = np.zeros((64, 64), np.float32)
    edge[:, 33:50] = 1
    assert crop_kspace(edge, 2).min() >= 0
    assert crop_kspace(edge - 1, 2).min() < -1


@pytest.mark.parametrize(
    ("shape", "acquisition", "factor"),
    [
        ((512, 512), Acquisition(256, 256, True), 2.0),
        ((512, 512), Acquisition(512, 512, True), 1.0),
        ((512, 512), Acquisition(500, 500, True), 1.0),
        ((512, 512), Acquisition(0, 256, True), 1.0),
        # Phase is coarser: square pixels, and no detail along the frequency axis is cut.
        ((512, 512), Acquisition(156, 288, True), 512 / 288),
        # From a hospital: 156 steps are 40 % of those over 140 % of the image's height.
        ((512, 512), Acquisition(156, 320, True, 40, 140), 1.6),
        # 80 % of 256 were acquired: the matrix is still 256 along phase.
        ((512, 512), Acquisition(256, 205, False, 80), 512 / 256.25),
        # A narrow field of view, shown narrow: its steps are those of the image.
        ((512, 384), Acquisition(256, 192, False, 0, 75), 2.0),
        # The same, shown at full width: they are three quarters of the image's.
        ((512, 512), Acquisition(256, 192, False, 0, 75), 2.0),
    ],
)
def test_the_factor_follows_the_header(shape: tuple[int, int], acquisition: Acquisition, factor: float) -> None:
    assert zero_filling_factor(shape, acquisition) == pytest.approx(factor)


def test_the_detail_score_is_equation_1() -> None:
    pixels = noise(70, 90)
    smooth = gaussian_filter(pixels.astype(np.float64), 5)
    expected = sum(abs(smooth[y, x + 1] - smooth[y, x]) * (x + 1 < 90) for y in range(70) for x in range(89)) + sum(
        abs(smooth[y + 1, x] - smooth[y, x]) for y in range(69) for x in range(90)
    )
    assert detail_score(pixels) == pytest.approx(expected, rel=1e-3)
    assert detail_score(pixels.T.copy()) == pytest.approx(expected, rel=1e-3), "both directions count alike"
    assert detail_score(np.full((40, 40), 0.5, np.float32)) == pytest.approx(0, abs=1e-3)


def test_blank_images() -> None:
    image = np.zeros((100, 100), np.float32)
    assert is_blank(image)
    image[:9, :11] = 1
    assert is_blank(image)
    image[:11, :11] = 1
    assert not is_blank(image)


@pytest.mark.parametrize(
    ("changes", "options", "reason"),
    [
        ({}, {}, ""),
        ({"modality": "SEG"}, {}, "no picture"),
        ({}, {"modalities": ("MR",)}, "its modality is CT"),
        ({"image_type": ("ORIGINAL", "PRIMARY", "LOCALIZER")}, {}, "a localiser"),
        ({"series_description": "AP Scout"}, {}, "a localiser"),
        ({"series_description": "AP Scout"}, {"keep_localisers": True}, ""),
        ({"series_description": "boy scouting"}, {}, ""),
        ({"sop_class": "1.2.840.10008.5.1.4.1.1.7.2"}, {}, "a secondary capture"),
        ({"conversion": "WSD"}, {}, "a secondary capture"),
        ({"image_type": ("DERIVED", "SECONDARY", "SCREEN SAVE")}, {}, "a screen capture"),
        ({"image_type": ("DERIVED", "SECONDARY", "OTHER")}, {}, ""),
        ({"burned_in": True}, {}, "burned-in"),
        ({"burned_in": True, "conversion": "WSD"}, {"keep_captures": True}, ""),
    ],
)
def test_headers_decide_what_is_wanted(changes: Any, options: Any, reason: str) -> None:
    found = unwanted(dataclasses.replace(ANY, **changes), dataclasses.replace(PLAIN, **options))
    assert reason in found
    assert bool(found) == bool(reason)


@given(arrays(np.float32, (5, 6), elements=st.floats(-1e6, 1e6, width=32)))
def test_16_bits_hold_any_units(pixels: Any) -> None:
    stored, slope, intercept = to_16_bits(pixels)
    assert stored.dtype == np.uint16
    back = stored.astype(np.float64) * slope + intercept
    assert np.abs(back - pixels).max() <= slope / 2 * 1.0001


def test_whole_numbers_are_kept_exactly() -> None:
    units = np.arange(-1024, 3072, dtype=np.float32).reshape(64, 64)
    stored, slope, intercept = to_16_bits(units)
    assert (slope, intercept) == (1.0, -1024.0)
    np.testing.assert_array_equal(stored * slope + intercept, units)


def test_splits_have_their_shares_and_know_nothing_of_each_other() -> None:
    identities = [f"id:{index}" for index in range(4000)]
    splits = [split_of(identity, (0.7, 0.2, 0.1), 0) for identity in identities]
    for split, share in (("train", 0.7), ("val", 0.2), ("test", 0.1)):
        assert splits.count(split) / 4000 == pytest.approx(share, abs=0.025)
    assert splits != [split_of(identity, (0.7, 0.2, 0.1), 1) for identity in identities]
    # A hash, not Python's own, which differs from process to process.
    assert [split_of(f"id:{index}", (0.5, 0.25, 0.25), 0) for index in range(6)] == [
        "train",
        "test",
        "train",
        "val",
        "train",
        "val",
    ]


def test_keys_say_nothing_without_the_salt() -> None:
    assert key_of("id:123", "a") == key_of("id:123", "a")
    assert len({key_of("id:123", "a"), key_of("id:123", "b"), key_of("id:124", "a")}) == 3


def test_a_leak_is_found() -> None:
    rows = [{"patient": "p", "split": "train"}, {"patient": "q", "split": "val"}]
    check_no_leak(rows)
    with pytest.raises(PatientInTwoSplits, match="1 patients, the first with the key q"):
        check_no_leak([*rows, {"patient": "q", "split": "train"}])


@pytest.mark.parametrize(
    "changes",
    [
        {"shares": (0.8, 0.3, 0.1)}, {"shares": (1.2, -0.2, 0.0)}, {"stride": 0}, {"resize": (0, 5)},
        {"patient_pattern": "("}, {"patient_pattern": "abc"},
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(changes: Any) -> None:
    with pytest.raises(InvalidOptions):
        PrepareOptions(**changes)


def study(uid: str, patient: str, count: int = 1) -> Study:
    instances = tuple(
        Instance(path=None, source=f"{uid}/{i}", sop_instance_uid=f"{uid}.{i}", series_uid=f"{uid}.0", study_uid=uid,  # type: ignore[arg-type]
                 modality="CT", rows=8, columns=8, frame_count=2)
        for i in range(count)
    )  # fmt: skip
    return Study(uid, "", patient, "", "", (Series(f"{uid}.0", 1, "CT", "", "", instances),))


def test_units_are_frames_with_the_key_and_split_of_their_patient() -> None:
    studies = [study("1", "A", 3), study("2", "A"), study("3", "", 2), study("4", "")]
    units = plan(studies, PLAIN, "salt")
    assert len(units) == 14
    patients = {unit.instance.study_uid: unit.patient for unit in units}
    assert patients["1"] == patients["2"]
    assert len(set(patients.values())) == 3
    assert patients["1"] == key_of("id:A", "salt")
    check_no_leak([{"patient": unit.patient, "split": unit.split} for unit in units])
    assert len({unit.origin for unit in units}) == 14
    assert plan(studies + studies, PLAIN, "salt") == units
    by_study = plan(studies, dataclasses.replace(PLAIN, patient_by="study"), "salt")
    assert len({unit.patient for unit in by_study}) == 4


def test_a_stride_takes_every_nth_frame_of_a_series() -> None:
    units = plan([study("1", "A", 5)], dataclasses.replace(PLAIN, stride=3), "s")
    assert [(unit.instance.sop_instance_uid, unit.frame) for unit in units] == [
        ("1.0", 0), ("1.1", 1), ("1.3", 0), ("1.4", 1),
    ]  # fmt: skip


def test_ids_that_were_all_replaced_by_one_are_pointed_out() -> None:
    studies = [study(str(index), "ANON") for index in range(5)]
    assert "--patient-by study" in shared_patient_warning(studies, PLAIN)
    assert not shared_patient_warning([*studies, study("9", "B")], PLAIN)
    assert not shared_patient_warning(studies, dataclasses.replace(PLAIN, patient_by="study"))
