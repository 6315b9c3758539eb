"""Blind reader surveys: design, allocation, storage, sessions, statistics, report. No torch, no Qt."""
