"""The methods at a scale factor, to be ticked; a blend at a position."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QSpinBox, QTreeWidget, QTreeWidgetItem

from medsr_viewer.ui.survey_setup.tab_order import tab_through
from medsr_viewer.upscaling.blends import USUAL_PERCENT, blend_of, name_at, position_of
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import Method

_KINDS = {"interpolation": "interpolation", "psnr": "faithful network", "gan": "sharp network (GAN)"}
_ROW = 24
_NAME = Qt.ItemDataRole.UserRole


class MethodList(QTreeWidget):
    """A row a method; a blend's row has a spin box for the position that is added when it is ticked.

    Parameters
    ----------
    catalogue : Catalogue
        The methods that there are.
    """

    ticked = Signal(str, bool)
    """Name of a method, and whether it is wanted."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._positions: dict[str, QSpinBox] = {}
        self._scale = 0
        self.setHeaderLabels(["Method", "What it is", "Sharp"])
        self.setRootIsDecorated(False)
        self.setAccessibleName("Methods")
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.itemChanged.connect(self._on_changed)

    def show_methods(self, scale_factor: int, wanted: Collection[str]) -> None:
        """List what there is at a scale factor, and tick what is wanted."""
        self.blockSignals(True)
        if scale_factor != self._scale:
            self._scale = scale_factor
            self._list()
        for item in self._items():
            name = str(item.data(0, _NAME))
            on = name in wanted if name not in self._positions else any(blend_of(one) == name for one in wanted)
            item.setCheckState(0, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        for one in wanted:
            position, percent = self._positions.get(blend_of(one)), position_of(one)
            if position is not None and percent is not None:
                position.blockSignals(True)
                position.setValue(percent)
                position.blockSignals(False)
        self.blockSignals(False)

    def _list(self) -> None:
        self.clear()
        self._positions = {}
        for method in self._catalogue.at_scale(self._scale):
            self._row(method.name, self._words(method))
        for blend in self._catalogue.blends:
            if self._scale in blend.scale_factors:
                item = self._row(blend.name, "from faithful to sharp")
                position = QSpinBox()
                position.setRange(0, 100)
                position.setSuffix(" %")
                position.setValue(USUAL_PERCENT)
                position.setAccessibleName(f"Position of {blend.name}")
                position.setToolTip("0 % is the faithful network, 100 % the sharp one")
                self._positions[blend.name] = position
                self.setItemWidget(item, 2, position)
                position.valueChanged.connect(lambda _value, name=blend.name: self._on_position(name))
        tab_through(self, self._positions.values())

    def _row(self, name: str, words: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self, [name, words])
        item.setData(0, _NAME, name)
        item.setToolTip(1, words)
        item.setSizeHint(1, QSize(0, _ROW))  # of the column that is stretched
        item.setCheckState(0, Qt.CheckState.Unchecked)
        return item

    def _words(self, method: Method) -> str:
        card, kind = method.cards.get(self._scale), _KINDS[method.kind]
        if card is not None and card.barely_trained:
            return f"{kind.replace(' network', '')}, barely trained"
        return kind

    def _items(self) -> list[QTreeWidgetItem]:
        return [item for row in range(self.topLevelItemCount()) if (item := self.topLevelItem(row)) is not None]

    @Slot(QTreeWidgetItem, int)
    def _on_changed(self, item: QTreeWidgetItem, _column: int) -> None:
        name = str(item.data(0, _NAME))
        self.ticked.emit(self._positioned(name), item.checkState(0) == Qt.CheckState.Checked)

    def _on_position(self, blend: str) -> None:
        for item in self._items():
            if item.data(0, _NAME) == blend and item.checkState(0) == Qt.CheckState.Checked:
                self.ticked.emit(self._positioned(blend), True)

    def _positioned(self, name: str) -> str:
        return name_at(name, self._positions[name].value()) if name in self._positions else name
