"""Room front: the front door: what is open, what we keep, where we work, and whether the server is well."""
