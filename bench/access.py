"""Bench: every page in every language and every condition of reading: axe with nothing off, and what we measure beside it. `python bench/access.py [pytest's options]`."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROUNDS = ("tests/browser/test_access.py", "tests/browser/test_access_empty.py", "tests/browser/test_keyboard.py")


def main() -> int:
    """The same rounds as the tests, with the whole matrix instead of a pairwise sample; ends with what was looked at."""
    began, looks, stops = time.monotonic(), 0, 0
    command = [sys.executable, "-m", "pytest", "-s", "-v", *ROUNDS, *sys.argv[1:]]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"WIJKSTEM_ACCESS": "whole"}, stdout=subprocess.PIPE, text=True) as rounds:
        for line in rounds.stdout or ():
            print(line, end="", flush=True)
            if found := re.search(r"(\d+) looks at (\d+) stops", line):
                looks, stops = looks + int(found[1]), stops + int(found[2])
    print(f"{looks} looks at {stops} pages and states in {(time.monotonic() - began) / 60:.0f} minutes")
    return rounds.returncode


if __name__ == "__main__":
    sys.exit(main())
