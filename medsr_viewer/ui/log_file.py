"""The program's log: a file that keeps itself short."""

from __future__ import annotations

import logging
import logging.handlers

from medsr_viewer import settings

_BYTES = 1 << 20


def log_to_file() -> None:
    """Write what the program logs to its file; two older ones of a mebibyte are kept."""
    handler = logging.handlers.RotatingFileHandler(
        settings.log_folder() / "medsr-viewer.log", maxBytes=_BYTES, backupCount=2, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger("medsr_viewer").addHandler(handler)
