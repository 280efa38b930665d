"""`python -m app` is the same as the `wijkstem` command."""

from app.cli import main

main()
