"""The desktop entry (freedesktop.org, Desktop Entry Specification 1.5) and what it names."""

from __future__ import annotations

import configparser
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[2]
ENTRY = ROOT / "packaging" / "medsr-viewer.desktop"
KEYS = {
    *("Type", "Version", "Name", "GenericName", "Comment", "Exec", "TryExec", "Icon", "Terminal", "StartupNotify"),
    *("MimeType", "Categories", "Keywords"),
}


def entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(delimiters="=", interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(ENTRY, encoding="utf-8")
    assert parser.sections() == ["Desktop Entry"]
    return parser["Desktop Entry"]


def test_the_entry_is_one() -> None:
    assert set(entry()) <= KEYS
    assert entry()["Type"] == "Application"
    assert {entry()[key] for key in ("Terminal", "StartupNotify")} <= {"true", "false"}
    for key in ("MimeType", "Categories", "Keywords"):
        assert entry()[key].endswith(";")
    assert "application/dicom" in entry()["MimeType"].split(";")
    assert entry()["Categories"].startswith("Science;MedicalSoftware;"), "the one goes with the other alone"


def test_it_starts_the_windows_command_with_files() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    command, argument = entry()["Exec"].split()
    assert command == entry()["TryExec"]
    assert command in project["project"]["gui-scripts"]
    assert argument == "%F"


def test_the_wheel_ships_it_with_its_icon() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shipped["packaging/medsr-viewer.desktop"] == "share/applications/medsr-viewer.desktop"
    (icon,) = (source for source in shipped if source.endswith(".svg"))
    assert Path(shipped[icon]) == Path("share/icons/hicolor/scalable/apps", f"{entry()['Icon']}.svg")
    assert ET.parse(ROOT / icon).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own file
