"""Bench: what a completed survey costs the server and the wire, beside a bare floor in the same run.

`python bench/answering.py [surveys] [at once] [rounds]`
"""

import asyncio
import gzip
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import uvicorn
from sqlalchemy import Engine, event

ROOT = Path(__file__).parent.parent
FLOOR, SURVEY = "/v/floor", "/v/dordt-west-2026"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
FETCHED = re.compile(r'<(?:link rel="stylesheet" href|script defer src)="([^"]+)"')
QUIET = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA"}  # they are of the transaction, not of the save
ANSWERS: dict[str, dict[str, str]] = {
    "1": {"zestien": "ja"},
    "2": {"wijk": "wielwijk", "woonduur": "gt10", "cijfer_buurt": "7", "ontwikkeling_buurt": "beter"},
    "3": {
        "woning_tevreden": "2",
        "wonen_stellingen.stoep": "1",
        "wonen_stellingen.groen": "4",
        "wonen_open": "Er is schimmel in de slaapkamer.",
    },
    "4": {"gezondheid_ervaren": "4", "samen_stellingen.helpen": "5", "gezond_open": "Een plek om koffie te drinken."},
    "5": {"leren_stellingen.school": "3", "leren_hulp": "digitaal", "leren_open": "De bieb mag langer open."},
    "6": {"rondkomen": "3", "werk_hulp": "post", "werk_open": "Een vast contract."},
    "7": {"onveilig_gevoel": "2", "overlast": "donker", "veilig_open": "Meer licht op het plein."},
    "8": {"belangrijkst": "wonen", "meedoen": "horen", "leeftijd": "a45_64"},
}


@dataclass
class Client:
    """One resident on one connection with one cookie jar: as little work as can be, so that the server is what is measured."""

    port: int
    cold: bool = False  # packed pages, and what stands beside them fetched once: to weigh, not to hurry
    cookies: dict[str, str] = field(default_factory=dict)
    fetched: set[str] = field(default_factory=set)
    sizes: list[tuple[str, str, int]] = field(default_factory=list)  # what was asked, and the bytes of the answer with its head

    async def open(self) -> "Client":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        body = urlencode(form).encode() if form is not None else b""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: {len(body)}\r\n"
        head += f"Accept-Encoding: {'gzip' if self.cold else 'identity'}\r\n"
        head += f"Content-Type: application/x-www-form-urlencoded\r\nCookie: {cookie}\r\n\r\n"
        self.writer.write(head.encode() + body)
        said = await self.reader.readuntil(b"\r\n\r\n")
        raw = said.decode("latin-1").split("\r\n")
        fields = [line.partition(": ")[::2] for line in raw[1:] if line]
        for name, value in fields:
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        told = {name.lower(): value for name, value in fields}
        answer = await self.reader.readexactly(int(told.get("content-length", 0)))
        self.sizes.append((method, path, len(said) + len(answer)))
        if told.get("content-encoding") == "gzip":
            answer = gzip.decompress(answer)
        return int(raw[0].split()[1]), told.get("location", "").partition("#")[0], answer.decode()

    async def look(self, path: str) -> str:
        """A page, and cold also its sheet and scripts."""
        _, _, html = await self.ask("GET", path)
        for address in FETCHED.findall(html) if self.cold else ():
            if address not in self.fetched:
                self.fetched.add(address)
                await self.ask("GET", address)
        return html

    async def fill_in(self, path: str) -> bool:
        """The whole survey, page by page, where its answers lead."""
        part, html, done = "1", await self.look(path), set[str]()
        while 'id="done"' not in html:
            form = dict(HIDDEN.findall(html)) | ({} if part in done else ANSWERS.get(part, {})) | {"actie": "verder"}
            status, location, _ = await self.ask("POST", f"{path}/{part}", form)
            if status != 303 or len(done) > 3 * len(ANSWERS):
                return False
            done.add(part)
            part = location.partition("?")[0].rpartition("/")[2]
            html = await self.look(location)
        return True


async def many(port: int, path: str, surveys: int, at_once: int) -> int:
    gate = asyncio.Semaphore(at_once)

    async def gated() -> bool:
        async with gate:
            client = await Client(port).open()
            completed = await client.fill_in(path)
            client.writer.close()
            return completed

    return sum(await asyncio.gather(*(gated() for _ in range(surveys))))


async def weigh(port: int, path: str) -> dict[str, float]:
    """Bytes and requests for somebody who was never here, heads included: the first page, and the whole survey."""
    first, whole = await Client(port, cold=True).open(), await Client(port, cold=True).open()
    await first.look(path)
    assert await whole.fill_in(path)
    return {
        "first_requests": len(first.sizes), "first_bytes": sum(size for *_, size in first.sizes),
        "whole_requests": len(whole.sizes), "whole_bytes": sum(size for *_, size in whole.sizes),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------- the servers
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    while socket.socket().connect_ex(("127.0.0.1", port)):
        time.sleep(0.1)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextmanager
def served(command: list[str]) -> Iterator[tuple[int, int]]:
    """A server in a process of its own: the process and the port."""
    port = free_port()
    server = subprocess.Popen([*command, str(port)], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield server.pid, port
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def served_here(app: Any) -> Iterator[int]:
    """A server in a thread of this process: its port."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(port)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def two_servers() -> Iterator[dict[str, tuple[list[str], str]]]:
    """By name: the command that starts it, and the address of its survey. Ours takes DATABASE_URL, which must be empty, or SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(WIJKSTEM_ENV="test", WIJKSTEM_DATA=folder, DATABASE_URL=os.environ.get("DATABASE_URL", ""))
        for words in (["migrate"], ["demo", "--responses", "0"]):
            subprocess.run([sys.executable, "-m", "app", *words], cwd=ROOT, check=True, capture_output=True)
        yield {
            "floor": ([sys.executable, str(ROOT / "bench" / "floor.py"), f"{folder}/floor.sqlite3"], FLOOR),
            "wijkstem": ([sys.executable, "-m", "app", "serve", "--no-worker", "--port"], SURVEY),
        }


def measure(command: list[str], path: str, surveys: int, at_once: int) -> dict[str, float]:
    with served(command) as (pid, port):
        asyncio.run(many(port, path, 20, 4))
        cpu, began = cpu_seconds(pid), time.perf_counter()
        done = asyncio.run(many(port, path, surveys, at_once))
        seconds = time.perf_counter() - began
        assert done == surveys, f"{done} of {surveys} were completed"
        cost = {"cpu": (cpu_seconds(pid) - cpu) / surveys * 1000, "rate": done / seconds, "memory": memory_mb(pid)}
        return cost | asyncio.run(weigh(port, path))


# ------------------------------------------------------------------------------------------- the statements of a save
def note_statements(engine: Engine, said: list[str]) -> None:
    """Every statement that reaches a driver, whoever gives it."""

    def note(statement: str) -> None:
        if not statement.startswith("--") and statement.split(maxsplit=1)[0].upper() not in QUIET:
            said.append(statement)

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *more: Any, **named: Any) -> Any:
            note(query)
            return super().execute(query, *more, **named)

    @event.listens_for(engine, "checkout")
    def listen(connection: Any, _record: object, _proxy: object) -> None:
        if engine.dialect.name == "sqlite":
            connection.set_trace_callback(note)
        else:
            connection.cursor_factory = Noting


def count_statements() -> list[int]:
    """One survey at a server in this process: how many statements each save took, after somebody else was there."""
    sys.path.insert(0, str(ROOT))
    from app.main import create_app  # noqa: PLC0415  # only now the environment says where its data stand

    app, said = create_app(), list[str]()

    class Counting(Client):
        async def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
            said.clear()
            answer = await super().ask(method, path, form)
            self.sizes[-1] = (method, path, len(said))
            return answer

    async def one(port: int) -> list[int]:
        await (await Client(port).open()).fill_in(SURVEY)
        note_statements(app.state.engine, said)
        client = Counting(port)
        await client.open()
        assert await client.fill_in(SURVEY)
        return [n for method, path, n in client.sizes if method == "POST" and not path.endswith("controle")]

    with served_here(app) as port:
        return asyncio.run(one(port))


# ------------------------------------------------------------------------------------------- the table
ROWS = (  # what, in which figure, at most (with x: times the floor)
    ("completed surveys per second", "rate", ""),
    ("CPU-ms per completed survey", "cpu", "2.0x"),
    ("memory, MB", "memory", "150"),
    ("first page cold: requests", "first_requests", "3"),
    ("first page cold: bytes on the wire", "first_bytes", "15000"),
    ("whole survey cold: requests", "whole_requests", ""),
    ("whole survey cold: bytes on the wire", "whole_bytes", "45000"),
)


def show(floor: dict[str, float], ours: dict[str, float], statements: list[int]) -> None:
    print(f"{'':38}{'floor':>9}{'wijkstem':>10}{'ratio':>8}{'at most':>9}")
    for what, name, most in ROWS:
        print(f"{what:38}{floor[name]:>9.1f}{ours[name]:>10.1f}{ours[name] / floor[name]:>7.2f}x{most:>9}")
    print(f"{'SQL statements per save, the most':38}{1:>9}{max(statements):>10}{'':8}{3:>9}")


def main() -> None:
    given = [int(value) for value in sys.argv[1:]]
    surveys, at_once, rounds = given + [300, 16, 3][len(given) :]
    with two_servers() as servers:
        found: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
        for _ in range(rounds):  # by turns, so that what else the machine does falls on both
            for name, (command, path) in servers.items():
                found[name].append(measure(command, path, surveys, at_once))
        best = {name: min(each, key=lambda row: row["cpu"]) for name, each in found.items()}
        show(best["floor"], best["wijkstem"], count_statements())
    for name, each in found.items():
        print(f"{name}, CPU-ms in each round:", *(round(row["cpu"], 1) for row in each))


if __name__ == "__main__":
    main()
