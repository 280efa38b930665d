"""Bench: the floor: a bare FastAPI server with pages of the same size, one Core upsert a save, group commit; nothing is checked."""

import queue
import sys
import threading
from concurrent.futures import Future
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Form
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment
from sqlalchemy import JSON, Column, MetaData, String, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert

FILLING = "<p>" + "Een zin van een vraag met haar antwoorden. " * 12 + "</p>"
PAGE = Environment(autoescape=True).from_string(
    """<!doctype html><html lang="nl"><title>{{ number }}</title><main{{ ' id="done"'|safe if number == "bedankt" }}>
<form id="survey" method="post" action="/v/floor/{{ number }}"><input type="hidden" name="key" value="k">
{% for each in range(14) %}{{ filling|safe }}{% endfor %}<button>Verder</button></form></main>"""
)
TABLE = Table("page", MetaData(), Column("key", String(40), primary_key=True), Column("answers", JSON))


def main(file: str, port: int) -> None:
    engine = create_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    TABLE.metadata.create_all(engine)
    waiting: queue.Queue[tuple[str, Future[None]]] = queue.Queue()

    def write() -> None:
        while True:
            group = [waiting.get()]
            while not waiting.empty():
                group.append(waiting.get())
            with engine.begin() as connection:
                for key, _ in group:
                    made = insert(TABLE).values(key=key, answers={"a": "b"})
                    connection.execute(made.on_conflict_do_update(index_elements=["key"], set_={"answers": made.excluded.answers}))
            for _, done in group:
                done.set_result(None)

    threading.Thread(target=write, daemon=True).start()
    app = FastAPI(openapi_url=None)

    @app.get("/v/floor")
    def first() -> HTMLResponse:
        return HTMLResponse(PAGE.render(number=1, filling=FILLING))

    @app.get("/v/floor/{number}")
    def show(number: str) -> HTMLResponse:
        return HTMLResponse(PAGE.render(number=number, filling=FILLING))

    @app.post("/v/floor/{number}")
    def keep(number: str, key: Annotated[str, Form()]) -> RedirectResponse:
        done: Future[None] = Future()
        waiting.put((f"{key}{number}", done))
        done.result(5)
        return RedirectResponse(f"/v/floor/{'bedankt' if number == 'controle' else int(number) + 1 if number != '8' else 'controle'}", 303)

    uvicorn.run(app, port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
