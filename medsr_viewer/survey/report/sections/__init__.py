"""Sections of the report, one module a kind of question that a reader has."""
