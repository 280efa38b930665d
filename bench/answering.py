"""Bench: CPU, memory and SQL per completed survey, beside a bare floor in the same run. `python bench/answering.py [surveys] [at once]`."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parent.parent
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
ANSWERS: dict[int | str, dict[str, str]] = {
    1: {"zestien": "ja"},
    2: {"wijk": "wielwijk", "woonduur": "gt10", "cijfer_buurt": "7", "ontwikkeling_buurt": "beter"},
    3: {
        "woning_tevreden": "2",
        "wonen_stellingen.stoep": "1",
        "wonen_stellingen.groen": "4",
        "wonen_open": "Er is schimmel in de slaapkamer.",
    },
    4: {"gezondheid_ervaren": "4", "samen_stellingen.helpen": "5", "gezond_open": "Een plek om koffie te drinken."},
    5: {"leren_stellingen.school": "3", "leren_hulp": "digitaal", "leren_open": "De bieb mag langer open."},
    6: {"rondkomen": "3", "werk_hulp": "post", "werk_open": "Een vast contract."},
    7: {"onveilig_gevoel": "2", "overlast": "donker", "veilig_open": "Meer licht op het plein."},
    8: {"belangrijkst": "wonen", "meedoen": "horen", "leeftijd": "a45_64"},
}


class Client:
    """One resident on one connection with one cookie jar: as little work as can be, so that the server is what is measured."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        body = urlencode(form).encode() if form is not None else b""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Encoding: identity\r\nContent-Length: {len(body)}\r\n"
        head += f"Content-Type: application/x-www-form-urlencoded\r\nCookie: {cookie}\r\n\r\n"
        self.writer.write(head.encode() + body)
        raw = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = [line.partition(": ")[::2] for line in raw[1:] if line]
        for name, value in fields:
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        told = {name.lower(): value for name, value in fields}
        length = int(told.get("content-length", 0))
        return int(raw[0].split()[1]), told.get("location", ""), (await self.reader.readexactly(length)).decode()


async def one(port: int, path: str) -> bool:
    client = Client(port)
    await client.open()
    status, _, html = await client.ask("GET", path)
    for number in (*ANSWERS, "controle"):
        form = dict(HIDDEN.findall(html)) | ANSWERS.get(number, {}) | {"actie": "verder"}
        status, location, _ = await client.ask("POST", f"{path}/{number}", form)
        if status != 303:
            return False
        status, _, html = await client.ask("GET", location)
    client.writer.close()
    return 'id="done"' in html


async def many(port: int, path: str, surveys: int, at_once: int) -> int:
    gate = asyncio.Semaphore(at_once)

    async def gated() -> bool:
        async with gate:
            return await one(port, path)

    return sum(await asyncio.gather(*(gated() for _ in range(surveys))))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def measure(name: str, command: list[str], environment: dict[str, str], path: str, surveys: int, at_once: int) -> dict[str, object]:
    port = free_port()
    server = subprocess.Popen([*command, str(port)], env=os.environ | environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.1)
        asyncio.run(many(port, path, 20, 4))
        cpu, began = cpu_seconds(server.pid), time.perf_counter()
        done = asyncio.run(many(port, path, surveys, at_once))
        seconds = time.perf_counter() - began
        return {
            "what": name, "completed": done, "of": surveys, "cpu_ms_per_survey": round((cpu_seconds(server.pid) - cpu) / surveys * 1000, 2),
            "surveys_per_second": round(done / seconds, 1), "memory_mb": round(memory_mb(server.pid), 1),
        }  # fmt: skip
    finally:
        server.terminate()
        server.wait(20)


def main() -> None:
    surveys, at_once = (int(value) for value in (*sys.argv[1:], "300", "16")[:2])
    with tempfile.TemporaryDirectory() as folder:
        environment = {"WIJKSTEM_ENV": "test", "WIJKSTEM_DATA": folder, "DATABASE_URL": os.environ.get("DATABASE_URL", "")}
        subprocess.run([sys.executable, "-m", "app", "migrate"], env=os.environ | environment, cwd=ROOT, check=True, capture_output=True)
        subprocess.run(
            [sys.executable, "-m", "app", "demo", "--responses", "0"],
            env=os.environ | environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        serve = [sys.executable, "-m", "app", "serve", "--no-worker", "--port"]
        floor = [sys.executable, str(ROOT / "bench" / "floor.py"), f"{folder}/floor.sqlite3"]
        rows = [
            measure("floor", floor, {}, "/v/floor", surveys, at_once),
            measure("wijkstem", serve, environment, "/v/dordt-west-2026", surveys, at_once),
        ]
    rows.append({"what": "ratio", "cpu": round(float(str(rows[1]["cpu_ms_per_survey"])) / float(str(rows[0]["cpu_ms_per_survey"])), 2)})
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
