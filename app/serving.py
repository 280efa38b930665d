"""The server processes, and the worker child beside them."""

import logging
import os
import subprocess
import sys
import time

import uvicorn

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "app.serving.Plain"}},
    "filters": {"once": {"()": "app.serving.Once"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "wijkstem": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "uvicorn.error": {"filters": ["once"]},
    },
}


class Plain(logging.Formatter):
    """Moment, level and words; the moment is put in words once a second."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self.second, self.words = 0, ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802  # as logging calls it
        if int(record.created) != self.second:
            self.words, self.second = time.strftime("%Y-%m-%d %H:%M:%S", self.converter(record.created)), int(record.created)
        return f"{self.words},{record.msecs:03.0f}"


class Once(logging.Filter):
    """A fault was told in one line under its number (app/main.py); its traceback could hold what somebody typed."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Exception in ASGI application")


def serve_pages(host: str, port: int, workers: int, *, worker: bool) -> None:
    """Serve until told to stop. The worker child goes when this process goes, however it ends."""
    # What a line of ours never says need not be looked up for each: thread, process, task and the place in the code.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = logging.logAsyncioTasks = False  # type: ignore[attr-defined]  # newer than its types
    logging._srcfile = None  # noqa: SLF001  # what logging's own guide says for this
    child = (
        subprocess.Popen([sys.executable, "-m", "app", "worker"], env=os.environ | {"WIJKSTEM_PARENT": str(os.getpid())})
        if worker
        else None
    )
    try:
        uvicorn.run(
            "app.main:create_app", factory=True, host=host, port=port, workers=workers, log_config=LOGGING,
            access_log=False, server_header=False, limit_concurrency=1000, timeout_keep_alive=15, timeout_graceful_shutdown=10,
        )  # fmt: skip
    finally:
        if child:
            child.terminate()
            child.wait(10)
