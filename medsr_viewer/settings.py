"""Where things live on this machine."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import platformdirs

APP_NAME = "medsr-viewer"


def resource_folder() -> Path:
    """Return the folder of models, icons and the user guide: inside the wheel, or beside the package in a checkout."""
    package = Path(str(resources.files("medsr_viewer")))
    shipped = package / "_resources"
    return shipped if shipped.is_dir() else package.parent / "resources"


def model_folders() -> tuple[Path, ...]:
    """Return the folders in which models are looked for: the shipped ones, then the user's own."""
    return resource_folder() / "models", platformdirs.user_data_path(APP_NAME, appauthor=False) / "models"


def log_folder() -> Path:
    """Return the folder of the program's log, made where it is missing."""
    return platformdirs.user_log_path(APP_NAME, appauthor=False, ensure_exists=True)


def settings_file() -> Path:
    """Return the file that holds the user's choices in the window."""
    return platformdirs.user_config_path(APP_NAME, appauthor=False, ensure_exists=True) / "settings.ini"
