"""Bench: a hundred people want ten places at once, at two server processes on one database. `python bench/seats.py [people] [places]`."""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent
AT_ONCE = 50


def wijkstem(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "app", *words]
    return subprocess.run(command, env=os.environ | environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def comes(address: str) -> tuple[str, float]:
    """One person registers; what she reads, and after how many seconds."""
    fields = {"naam": "Iemand", "personen": "1", "taal": "nl", "key": str(uuid.uuid4()), "mail": "iemand@voorbeeld.example"}
    began = time.perf_counter()
    with urlopen(Request(address, urlencode(fields).encode()), timeout=60) as answer:  # noqa: S310  # our own server
        found = re.search(r'data-status="(\w+)"', answer.read().decode())
    return found[1] if found else "", time.perf_counter() - began


def main() -> None:
    people, places = int(sys.argv[1]) if len(sys.argv) > 1 else 100, int(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as folder:
        environment = {"WIJKSTEM_ENV": "test", "WIJKSTEM_DATA": folder, "DATABASE_URL": os.environ.get("DATABASE_URL", "")}
        wijkstem(environment, "migrate")
        asked = ["--title", "Koffie", "--start", "2040-01-10T19:30", "--minutes", "90", "--place", "Het Anker", "--capacity", str(places)]
        id_ = wijkstem(environment, "wijkgesprek", "add", *asked, "--open")
        ports = [free_port(), free_port()]
        serve = [sys.executable, "-m", "app", "serve", "--no-worker", "--port"]
        servers = [
            subprocess.Popen([*serve, str(port)], env=os.environ | environment, cwd=ROOT, stderr=subprocess.DEVNULL) for port in ports
        ]
        try:
            for port in ports:
                while socket.socket().connect_ex(("127.0.0.1", port)):
                    time.sleep(0.1)
            began = time.perf_counter()
            with ThreadPoolExecutor(AT_ONCE) as crowd:
                addresses = [f"http://127.0.0.1:{ports[number % 2]}/wijkgesprekken/{id_}/aanmelden" for number in range(people)]
                told = list(crowd.map(comes, addresses))
            seconds = time.perf_counter() - began
        finally:
            for server in servers:
                server.terminate()
                server.wait(20)
        (kept,) = [row for row in json.loads(wijkstem(environment, "wijkgesprek", "list", "--json")) if row["id"] == id_]
    states = [state for state, _ in told]
    waited = sorted(each for _, each in told)
    print(json.dumps({
        "engine": "postgresql" if environment["DATABASE_URL"] else "sqlite", "people": people, "places": places,
        "confirmed": kept["confirmed"], "waiting": kept["waitlisted"], "read_confirmed": states.count("confirmed"),
        "seconds": round(seconds, 2), "median_s": round(statistics.median(waited), 2), "slowest_s": round(waited[-1], 2),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
