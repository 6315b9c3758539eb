from __future__ import annotations

import gc
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.fileset import FileSet

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.imaging import archive
from medsr_viewer.imaging.collect import Collection, collect

Make = Callable[..., Path]
Reason = Callable[[Path], str]
PIXELS = np.arange(48, dtype=np.uint16).reshape(6, 8)


def sources(found: Collection) -> list[str]:
    return sorted(
        instance.source for study in found.studies for series in study.series for instance in series.instances
    )


def skipped(found: Collection) -> dict[str, str]:
    return {one.path: one.reason for one in found.skipped}


def test_a_folder_with_good_and_bad_files(make_dicom: Make, tmp_path: Path) -> None:
    make_dicom(PIXELS, name="disc/a/one")
    make_dicom(PIXELS, name="disc/b/two.dcm", SeriesInstanceUID="1.2.3.5", SeriesNumber="7", SeriesDescription="Kopf")
    cut = make_dicom(PIXELS, name="disc/b/cut.dcm")
    cut.write_bytes(cut.read_bytes()[:-10])
    Image.fromarray(PIXELS.astype(np.uint8)).save(tmp_path / "disc" / "scan.png")
    (tmp_path / "disc" / "notes.txt").write_text("hello")
    (tmp_path / "disc" / ".DS_Store").write_bytes(b"\0" * 20)
    found = collect([tmp_path / "disc"], CancelToken())
    disc = f"{tmp_path}/disc"
    assert sources(found) == [f"{disc}/a/one", f"{disc}/b/two.dcm", f"{disc}/scan.png"]
    assert skipped(found).keys() == {f"{disc}/b/cut.dcm", f"{disc}/notes.txt"}
    study = next(study for study in found.studies if study.uid == "1.2.3")
    assert (study.patient_name, study.patient_id) == ("Doe, Jane", "P1")
    assert {(series.number, series.description) for series in study.series} == {(None, ""), (7, "Kopf")}


def test_a_file_given_twice_counts_once(make_dicom: Make, tmp_path: Path) -> None:
    path = make_dicom(PIXELS)
    assert len(sources(collect([path, tmp_path, path], CancelToken()))) == 1


def test_what_does_not_exist_is_named(tmp_path: Path, reason: Reason) -> None:
    assert reason(tmp_path / "missing.dcm") == "there is no such file"


def test_a_cancelled_search_stops(make_dicom: Make) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        collect([make_dicom(PIXELS)], token)


def test_progress_counts_up_to_all_files(make_dicom: Make, tmp_path: Path) -> None:
    for at in range(3):
        make_dicom(PIXELS, name=f"many/{at}.dcm")
    told: list[tuple[int, int]] = []
    collect([tmp_path / "many"], CancelToken(), lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_zip_is_opened(make_dicom: Make, tmp_path: Path) -> None:
    path = make_dicom(PIXELS)
    with zipfile.ZipFile(packed := tmp_path / "study.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.write(path, "Ordner/Bild ä.dcm")
    found = collect([packed], CancelToken())
    assert sources(found) == [f"{packed}/Ordner/Bild ä.dcm"]
    (instance,) = found.studies[0].series[0].instances
    assert instance.path.read_bytes() == path.read_bytes()
    assert packed.parent not in instance.path.parents or instance.path != packed


def test_a_zip_cannot_write_elsewhere(make_dicom: Make, tmp_path: Path) -> None:
    data = make_dicom(PIXELS).read_bytes()
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(packed := tmp_path / "evil.zip", "w") as file:
        for name in ("../../outside.dcm", "/absolute.dcm", "..\\back.dcm", "C:\\drive.dcm"):
            file.writestr(name, data)
        file.writestr(link, "/etc/passwd")
        file.writestr("good.dcm", data)
    found = collect([packed], CancelToken())
    assert sources(found) == [f"{packed}/good.dcm"]
    assert len(found.skipped) == 5
    private = found.studies[0].series[0].instances[0].path.parent
    assert [path.name for path in private.rglob("*")] == ["good.dcm"]
    assert not (private.parent.parent / "outside.dcm").exists()


def test_a_zip_bomb_is_refused(tmp_path: Path, reason: Reason, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(packed := tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", bytes(5 << 20))
    monkeypatch.setattr(archive, "MAX_BYTES", 1 << 20)
    assert "more than is opened" in reason(packed)


def test_a_member_larger_than_it_says_is_left_out(tmp_path: Path) -> None:
    with zipfile.ZipFile(packed := tmp_path / "liar.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros.dcm", bytes(1 << 20))
    data = packed.read_bytes()
    packed.write_bytes(data.replace((1 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    found = collect([packed], CancelToken())
    assert not found.studies
    assert len(found.skipped) == 1


def test_a_damaged_zip_and_a_zip_in_a_zip(tmp_path: Path, reason: Reason, make_dicom: Make) -> None:
    with zipfile.ZipFile(inner := tmp_path / "inner.zip", "w") as file:
        file.write(make_dicom(PIXELS), "image.dcm")
    with zipfile.ZipFile(outer := tmp_path / "outer.zip", "w") as file:
        file.write(inner, "inner.zip")
    assert skipped(collect([outer], CancelToken())) == {f"{outer}/inner.zip": "a zip inside a zip is not opened"}
    (cut := tmp_path / "cut.zip").write_bytes(inner.read_bytes()[:-30])
    assert "damaged or cut off" in reason(cut)


def test_a_dicomdir_names_its_files(make_dicom: Make, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        medium = FileSet()
        for number in (1, 2):
            ds = pydicom.dcmread(make_dicom(PIXELS, InstanceNumber=str(number)))
            ds.StudyDate, ds.StudyTime, ds.StudyID, ds.AccessionNumber = "20200102", "0900", "1", ""
            ds.SeriesNumber = "1"
            medium.add(ds)
        medium.write(tmp_path / "disc")
        del medium
        gc.collect()  # pydicom's FileSet warns while it removes its own temporary folder
    images = sorted(path for path in (tmp_path / "disc").rglob("*") if path.is_file() and path.name != "DICOMDIR")
    images[0].unlink()
    images[1].rename(images[1].with_name(images[1].name.lower()))
    found = collect([tmp_path / "disc" / "DICOMDIR"], CancelToken())
    assert sources(found) == [str(images[1])]
    assert found.studies[0].date == "2020-01-02"
    assert skipped(found) == {str(images[0]): "the DICOMDIR names it, but it is missing"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_loop_of_links_ends(make_dicom: Make, tmp_path: Path) -> None:
    make_dicom(PIXELS, name="tree/image.dcm")
    (tmp_path / "tree" / "loop").symlink_to(tmp_path / "tree", target_is_directory=True)
    assert len(sources(collect([tmp_path / "tree"], CancelToken()))) == 1


def test_the_parts_that_the_window_imports_do_not_load_pydicom() -> None:
    modules = ["frame", "study", "collect", "read", "windowing", "colour", "decoders"]
    program = "; ".join(f"import medsr_viewer.imaging.{name}" for name in modules)
    program += "; import sys; print([name for name in ('pydicom', 'cv2', 'tifffile', 'PIL') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
