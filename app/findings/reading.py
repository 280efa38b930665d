"""Room findings: where reading.py stood; gone as soon as runs.py and tables.py name app.reading."""

from app.reading import hidden_text, readable

__all__ = ["hidden_text", "readable"]
