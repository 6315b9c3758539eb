"""How the rating program ends, for whoever started it. No Qt."""

from __future__ import annotations

TOLD = 3
"""Its window was closed on what stops the study, and had told it: nobody needs to be told once more."""
