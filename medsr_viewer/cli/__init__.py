"""The `medsr` command: the window's workflows for scripts and tests."""

from medsr_viewer.cli.command import main

__all__ = ["main"]
