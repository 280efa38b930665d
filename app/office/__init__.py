"""Room office: surveys are imported, checked, opened and closed."""
