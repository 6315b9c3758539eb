"""The learned methods: what they reached, how they were trained, and on whose images."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.workflows.weights import named_weights

COLUMNS = ("Method", "Scale", "Trained for", "Parameters", "PSNR over bicubic", "Training", "Note")
_KINDS = {"psnr": "fidelity (PSNR)", "gan": "sharpness (GAN): invents texture"}
_FIGURES = {
    "psnr_db": "PSNR dB",
    "gain_db": "over bicubic dB",
    "ssim": "SSIM",
    "consistency": "largest drift from the input, share of its range",
    "consistency_rms": "RMS drift from the input, share of its range",
    "perceptual_distance": "distance in VGG features",
    "baseline_perceptual_distance": "that of bicubic",
    "images": "how many",
}
_CAPTION = "Figures are means over validation images: not trained on, but they chose the weights. Research use only."


class ModelsWindow(QDialog):
    """A row a model, and all of the chosen one's card below.

    Parameters
    ----------
    catalogue : Catalogue
        The methods that there are.
    parent : QWidget, optional
        The window.
    """

    rescan_wanted = Signal()

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.resize(1040, 620)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._cards: tuple[ModelCard, ...] = ()
        self._catalogue = catalogue
        self.list = QTreeWidget()
        self.list.setHeaderLabels(list(COLUMNS))
        self.list.setRootIsDecorated(False)
        self.list.setAllColumnsShowFocus(True)
        self.list.setAccessibleName("Models")
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.details = QTextBrowser()
        self.details.setOpenExternalLinks(True)
        self.details.setAccessibleName("Model card")
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(self.list)
        parts.addWidget(self.details)
        parts.setSizes([190, 400])
        self.problems = QLabel()
        self.problems.setWordWrap(True)
        rescan = QPushButton("Rescan models")
        rescan.setAutoDefault(False)
        rescan.setToolTip("Look for models that were published or imported since (Ctrl+F5)")
        rescan.clicked.connect(self.rescan_wanted)
        top = QHBoxLayout()
        top.addWidget(QLabel(_CAPTION), 1)
        top.addWidget(rescan)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addWidget(self.problems)
        column.addWidget(parts, 1)
        self.list.currentItemChanged.connect(self._show_details)
        self.set_catalogue(catalogue)

    @Slot(object)
    def set_catalogue(self, catalogue: Catalogue) -> None:
        """List other models; the chosen one stays chosen where it is still there."""
        chosen = self._chosen
        self._catalogue, self._cards = catalogue, catalogue.cards
        self.problems.setText("\n".join(f"A model cannot be used: {problem}" for problem in catalogue.problems))
        self.problems.setVisible(bool(catalogue.problems))
        self.list.blockSignals(True)
        self.list.clear()
        rows = [QTreeWidgetItem(self.list, list(row_of(card))) for card in self._cards]
        self.list.blockSignals(False)
        if rows:
            names = [(card.name, card.scale_factor) for card in self._cards]
            wanted = (chosen.name, chosen.scale_factor) if chosen is not None else names[0]
            self.list.setCurrentItem(rows[names.index(wanted) if wanted in names else 0])
        else:
            self.details.setPlainText("There is no learned method on this machine: install the program again.")

    @property
    def _chosen(self) -> ModelCard | None:
        row = self.list.currentIndex().row()
        return self._cards[row] if 0 <= row < len(self._cards) else None

    @Slot()
    def _show_details(self) -> None:
        if (card := self._chosen) is not None:
            self.details.setMarkdown(card_text(card, blends_of(card, self._catalogue)))


def row_of(card: ModelCard) -> tuple[str, ...]:
    """Return a card's cells, one a column."""
    gains = (f"{folder} {values['gain_db']:+.2f} dB" for folder, values in card.figures.items() if "gain_db" in values)
    return (
        card.name,
        f"×{card.scale_factor}",
        _KINDS[card.kind],
        f"{card.parameters:,}",
        ", ".join(gains),
        _training(card.training),
        card.note,
    )


def blends_of(card: ModelCard, catalogue: Catalogue) -> tuple[str, ...]:
    """Return, in words, which blends a model is an end of."""
    texts = []
    for blend in catalogue.blends:
        ends = blend.ends.get(card.scale_factor)
        if ends is not None and card in ends:
            texts.append(f"{blend.name}, between {ends[0].name} and {ends[1].name}")
    return tuple(texts)


def card_text(card: ModelCard, blends: Sequence[str] = ()) -> str:
    """Return all of a card as Markdown, with the blends that it is an end of."""
    lines = [f"## {card.name} ×{card.scale_factor}", ""]
    if card.barely_trained:
        lines += [f"**{card.note}: these weights do not stand for their method.**", ""]
    lines += [
        f"- Trained for {_KINDS[card.kind]}; network {card.architecture}, {card.parameters:,} parameters",
        f"- Weights: {card.precision}, of {card.date}, SHA-256 {card.sha256}",
        f"- Training: {_training(card.training)}",
        f"- Degradation that it was trained for: {card.degradation}",
        f"- Modalities that it was trained on: {', '.join(card.modalities) or 'not known'}",
        f"- A tile is exact with a border of {card.halo} input pixels",
    ]
    if note := card.training.get("note"):
        lines.append(f"- How: {note}")
    if measured := card.training.get("measured"):
        lines.append(f"- Figures: {measured}")
    if card.ancestors:
        names = (named_weights(ancestor["name"], ancestor["sha256"]) for ancestor in card.ancestors)
        lines.append(f"- Training began with the weights of {', and these with those of '.join(names)}")
    lines += [f"- Blended: {blend}" for blend in blends]
    lines += ["", "### Figures on the validation images", "", *_figures(card), "", "### Training images", ""]
    lines += [f"- {source}" for source in card.attribution]
    return "\n".join(lines) + "\n"


def _figures(card: ModelCard) -> list[str]:
    names = list(dict.fromkeys(name for values in card.figures.values() for name in values))
    heading = " | ".join(_FIGURES.get(name, name.replace("_", " ")) for name in names)
    rows = [f"| Images of | {heading} |", "|---" * (len(names) + 1) + "|"]
    for folder, values in card.figures.items():
        cells = " | ".join(f"{values[name]:.5g}" if name in values else "" for name in names)
        rows.append(f"| {folder} | {cells} |")
    return rows


def _training(training: Mapping[str, Any]) -> str:
    if "imported" in training:
        return f"elsewhere, imported from {training['imported']}"
    parts = [f"{training.get('steps', 0):,} steps"]
    if seconds := training.get("seconds"):
        parts.append(f"{seconds / 60:.0f} min" + (f" on {training['device']}" if training.get("device") else ""))
    images = ", ".join(f"{one['folder']} ({one['train']})" for one in training.get("data", ()))
    return ", ".join([*parts, *([f"images: {images}"] if images else [])])
