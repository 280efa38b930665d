"""The server processes, and the worker child beside them."""

import logging
import os
import subprocess
import sys

import uvicorn

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "filters": {"once": {"()": "app.serving.Once"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["once"]}},
    "loggers": {
        "wijkstem": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}


class Once(logging.Filter):
    """A fault was told in one line under its number (app/main.py); its traceback could hold what somebody typed."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Exception in ASGI application")


def serve_pages(host: str, port: int, workers: int, *, worker: bool) -> None:
    """Serve until told to stop. The worker child goes when this process goes, however it ends."""
    # What a line of ours never says need not be looked up for each: thread, process, task and the place in the code.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = logging.logAsyncioTasks = False  # type: ignore[attr-defined]  # newer than its types
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
