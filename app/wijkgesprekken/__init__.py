"""Room wijkgesprekken: plan, invite, register, hold, minute; what is said at a table becomes statements."""
