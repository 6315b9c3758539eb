"""What a published model measured, as a table for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from medsr_viewer.models.cards import ModelCard

_COLUMNS = {
    "images": ("images", "{:.0f}"),
    "psnr_db": ("PSNR dB", "{:.2f}"),
    "gain_db": ("over bicubic", "{:+.2f}"),
    "ssim": ("SSIM", "{:.4f}"),
    "perceptual_distance": ("VGG distance", "{:.3f}"),
    "baseline_perceptual_distance": ("bicubic's", "{:.3f}"),
    "consistency_rms": ("drift from the input, RMS", "{:.3%}"),
}


def print_summary(card: ModelCard, console: Console) -> None:
    """Print the figures of a card, a row a data folder, and what must be known of them."""
    measured = {key for figures in card.figures.values() for key in figures}
    shown = {key: column for key, column in _COLUMNS.items() if key in measured}
    title = (
        f"{card.name} x{card.scale_factor}, {card.parameters:,} parameters: means over validation images, which also "
        "chose the weights; as the viewer runs it"
    )
    table = Table("images of", *(heading for heading, _ in shown.values()), title=title, title_justify="left")
    for folder, figures in card.figures.items():
        cells = (write.format(figures[key]) if key in figures else "-" for key, (_, write) in shown.items())
        table.add_row(folder, *cells)
    # As wide as its cells: a cut number would be a wrong one.
    console.print(table, width=max(console.width, Console(width=1000).measure(table).maximum), soft_wrap=True)
    if card.note:
        console.print(f"Note: {card.note}", markup=False, highlight=False, soft_wrap=True)
