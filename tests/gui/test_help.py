# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from medsr_viewer import __version__
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.settings import resource_folder
from medsr_viewer.ui.guide_window import GuideWindow
from medsr_viewer.ui.models_window import COLUMNS, ModelsWindow
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import Method

from .conftest import MakeApplication

CARD = ModelCard(
    name="fmen",
    kind="gan",
    architecture="fmen",
    options={},
    scale_factor=4,
    parameters=325_734,
    halo=34,
    sha256="0c0e",
    date="2026-01-02",
    training={"steps": 1200, "seconds": 600, "data": [{"folder": "xray", "train": 153, "val": 20}]},
    attribution=("Somebody (CC BY 4.0)",),
    modalities=("CT", "MR"),
    degradation="bicubic",
    precision="float16",
    figures={"xray": {"psnr_db": 40.1, "gain_db": 2.574}, "ctmr": {"gain_db": -0.5}},
    path=Path("fmen-x4.safetensors"),
)


@pytest.fixture
def guide(qtbot: QtBot) -> GuideWindow:
    window = GuideWindow("# Title\n\nFirst needle.\n\n- a point\n\nSecond Needle.")
    qtbot.addWidget(window)
    return window


def test_the_guide_of_the_resources_opens_once_and_blocks_nothing(make_application: MakeApplication) -> None:
    window = make_application().window
    window.actions_by_name["guide"].trigger()
    window.actions_by_name["guide"].trigger()
    (shown,) = window.findChildren(GuideWindow)
    assert not shown.isModal()
    headings = [
        line.lstrip("# ")
        for line in (resource_folder() / "guide" / "guide.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    ]
    text = shown.browser.toPlainText()
    assert headings
    assert all(heading in text for heading in headings)
    assert "##" not in text, "Markdown is shown as text"


def test_words_are_found_round_and_round(guide: GuideWindow) -> None:
    def place() -> int:
        return guide.browser.textCursor().selectionStart()

    guide.search.setText("needle")
    first = place()
    guide.find_next()
    second = place()
    assert second > first > 0
    guide.find_next()
    assert place() == first
    guide.find_previous()
    assert place() == second
    guide.search.setText("haystack")
    assert guide.found.text() == "not found"
    guide.search.setText("needle")
    assert guide.found.text() == ""


def test_a_missing_guide_is_a_notice(
    make_application: MakeApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("medsr_viewer.ui.helping.resource_folder", lambda: tmp_path)
    window = make_application().window
    window.actions_by_name["guide"].trigger()
    assert "guide.md" in window.notices.shown[0].text


def test_models_show_figures_training_and_attribution(qtbot: QtBot) -> None:
    window = ModelsWindow(Catalogue((Method("bicubic", "interpolation"), Method("fmen", "gan", {4: CARD}))))
    qtbot.addWidget(window)
    assert window.list.topLevelItemCount() == 1
    item = window.list.topLevelItem(0)
    assert item is not None
    cells = dict(zip(COLUMNS, (item.text(column) for column in range(len(COLUMNS))), strict=True))
    assert cells["Method"] == "fmen"
    assert cells["Scale"] == "×4"
    assert cells["PSNR over bicubic"] == "xray +2.57 dB, ctmr -0.50 dB"
    assert cells["Training"] == "1,200 steps, 10 min, images: xray (153)"
    assert cells["Note"] == "barely trained (1,200 steps)"
    details = window.details.toPlainText()
    for part in ("Somebody (CC BY 4.0)", "barely trained", "SHA-256 0c0e", "CT, MR", "invents texture"):
        assert part in details


def test_a_model_without_a_gain_over_bicubic_is_listed(qtbot: QtBot) -> None:
    card = replace(CARD, figures={"blank": {"images": 1}, **CARD.figures})
    window = ModelsWindow(Catalogue((Method("fmen", "gan", {4: card}),)))
    qtbot.addWidget(window)
    item = window.list.topLevelItem(0)
    assert item is not None
    assert item.text(COLUMNS.index("PSNR over bicubic")) == "xray +2.57 dB, ctmr -0.50 dB"


def test_about_tells_use_and_versions(make_application: MakeApplication) -> None:
    window = make_application().window
    window.actions_by_name["about"].trigger()
    (box,) = window.findChildren(QMessageBox)
    assert __version__ in box.text()
    assert "Research use only" in box.text()
    assert "PySide6-Essentials 6." in box.informativeText()
    box.close()
