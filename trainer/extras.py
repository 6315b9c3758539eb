"""Packages that only some options need."""

from __future__ import annotations

from medsr_viewer.errors import MedsrError


class MissingExtra(MedsrError):
    """An option needs a package that is not installed.

    Parameters
    ----------
    package : str
        Which.
    extra : str
        Of this program, that installs it.
    """

    title = "A package is not installed"

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is needed", f"Install it: `pip install 'medsr-viewer[{extra}]'`.")
