"""Where the records of a survey are kept."""

from medsr_viewer.survey.store.opening import create_store, open_store
from medsr_viewer.survey.store.store import Store

__all__ = ["Store", "create_store", "open_store"]
