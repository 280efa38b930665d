"""Shared floor: the look: base page, fields of a form, style sheet and signs."""
