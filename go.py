"""From a machine with only Python 3.11 to a running Wijkstem: `python3 go.py run`, `python3 go.py test`. Standard library only."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

USAGE = """Usage: python3 go.py WHAT

  setup                  install everything for running and for testing, start nothing
  run [serve's options]  set up, migrate, fill an empty database with demo content, serve (run --help shows the options)
  test [pytest's options]
  wijkstem ARGS          the operator's commands on the data that `run` uses, such as: wijkstem stats --json
"""
WINDOWS = os.name == "nt"
TREE = Path(__file__).resolve().parent
VENV = TREE / ".venv"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
VENDOR = TREE / "app" / "layout" / "static" / "vendor"
FROM_NPM = ("htmx.min.js", "NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf")
LOG = VENV / "setup.log"
BASE, TESTS = "requirements.txt", "requirements-test.txt"
# What an installation is made from: when one of these changes, it is made again.
READ_BY_BUILD = ("go.py", "hatch_build.py", "pyproject.toml", "package.json", "package-lock.json", ".npmrc", "requirements-uv.txt")
CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
NO_NETWORK = (
    "dns error",
    "name resolution",
    "resolve host",
    "getaddrinfo",
    "EAI_AGAIN",
    "ENOTFOUND",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "NewConnectionError",
    "Network is unreachable",
    "error sending request",
    "client error (Connect)",
    "No matching distribution found for uv",
)
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
INSTALLED_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
COMPILE = "import sys; from app.catalogues import compile_catalogues; sys.exit('\\n'.join(compile_catalogues()) or None)"
PLAYWRIGHT_PATH = (
    "from playwright.sync_api import sync_playwright\nwith sync_playwright() as browsers: print(browsers.chromium.executable_path)"
)


def say(text: str) -> None:
    """Tell the person at the keyboard; on stderr, because `wijkstem` writes machine output to stdout."""
    print(text, file=sys.stderr, flush=True)


def stop(sentence: str, code: int = 1) -> NoReturn:
    say(f"wijkstem: {sentence}")
    raise SystemExit(code)


def main(words: list[str]) -> None:
    check_python()
    what, rest = (words[0], words[1:]) if words else ("", [])
    if what in ("", "-h", "--help", "help"):
        print(USAGE, end="")
        raise SystemExit(0 if what else 2)
    if what == "setup":
        install(TESTS)
        say(f"wijkstem: ready; the tests use {find_browser()}. Start with: python3 go.py run")
    elif what in ("run", "wijkstem"):
        install(BASE)
        become([str(PYTHON), "-P", "-m", "app", *(["start"] if what == "run" else []), *rest], on_our_data())
    elif what == "test":
        install(TESTS)
        around = for_tests(rest)
        os.chdir(TREE)
        become([str(PYTHON), "-m", "pytest", *rest], around)
    else:
        stop(f"go.py does not know '{what}'. It knows: setup, run, test, wijkstem.", 2)


def check_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  # this file is the one that an older Python may be asked to run
        newer = next((name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)), None)
        remedy = f"Start with: {newer} go.py {' '.join(sys.argv[1:])}" if newer else "Install Python 3.11 or newer and start again."
        stop(f"this is Python {sys.version.split()[0]}, 3.11 or newer is needed. {remedy}", 2)


# ---------------------------------------------------------------- installing


def install(lock: str) -> None:
    """Bring .venv in step with the lock; takes no time and no network when nothing changed since the last time."""
    if not is_installed(lock):
        set_up(lock)
        for held in {BASE, lock}:  # the tests' lock holds the base lock
            stamp(held).write_text(fingerprint(held), encoding="utf-8")
    elif stale_translations():
        step("compiling the translations", [str(PYTHON), "-c", COMPILE])


def is_installed(lock: str) -> bool:
    made = stamp(lock)
    brought = all((VENDOR / name).is_file() for name in FROM_NPM)
    return PYTHON.exists() and brought and made.is_file() and made.read_text(encoding="utf-8") == fingerprint(lock)


def stamp(lock: str) -> Path:
    return VENV / f"{Path(lock).stem}.stamp"


def fingerprint(lock: str) -> str:
    """One hash over all that an installation is made from; the tree's own place too, for an environment does not survive a move."""
    made_from = hashlib.sha256(str(TREE).encode())
    for name in (*READ_BY_BUILD, lock):
        made_from.update((TREE / name).read_bytes())
    return made_from.hexdigest()


def set_up(lock: str) -> None:
    if not is_made_here():
        make_environment()
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--retries", "2", "--require-hashes", "--only-binary", ":all:"]
    step("installing the installer", [*pip, "-r", "requirements-uv.txt"])
    uv = [str(BIN / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
    step(
        f"installing what {lock} names (minutes, the first time)",
        [*uv, "--compile-bytecode", "--require-hashes", "--only-binary", ":all:", "-r", lock],
    )
    step("building Wijkstem", [*uv, "--no-deps", "--no-build-isolation", "--editable", "."])


def is_made_here() -> bool:
    """Is the environment whole, and made in this place? pyvenv.cfg names it."""
    made, pip = VENV / "pyvenv.cfg", BIN / ("pip.exe" if WINDOWS else "pip")
    return PYTHON.exists() and pip.exists() and made.is_file() and str(VENV) in made.read_text(encoding="utf-8")


def make_environment() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        version = f"python3.{sys.version_info.minor}-venv"
        stop(f"this Python cannot make a virtual environment. Run: sudo apt install python3-venv (or {version}), then start again.")
    step("making .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])


def stale_translations() -> bool:
    """Is a catalogue newer than what was compiled from it?"""
    return any(
        not source.with_suffix(".mo").is_file() or source.stat().st_mtime > source.with_suffix(".mo").stat().st_mtime
        for source in TREE.joinpath("translations").rglob("*.po")
    )


def step(doing: str, command: list[str]) -> None:
    """Run one step of the installation, silent when it goes well; when it does not, one line and where the rest is."""
    say(f"wijkstem: {doing} ...")
    done = subprocess.run(command, cwd=TREE, env=installing(), capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        return
    told = f"{done.stdout}\n{done.stderr}"
    VENV.mkdir(exist_ok=True)
    LOG.write_text(f"{' '.join(command)}\n{told}", encoding="utf-8")
    if any(mark in told for mark in NO_NETWORK):
        stop(f"{doing} failed: no connection. The first start needs internet; behind a proxy set HTTPS_PROXY. Details: {LOG}")
    lines = ["it said nothing", *(line.strip() for line in told.splitlines() if line.strip())]
    why = [line for line in lines if "error" in line.lower()] or lines
    stop(f"{doing} failed: {why[-1]}. Details: {LOG}")


# ---------------------------------------------------------------- where things run


def surroundings() -> dict[str, str]:
    """The caller's environment, without what would make our Python look elsewhere."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")}


def installing() -> dict[str, str]:
    """Caches inside .venv, for HOME may be empty; and the machine's own certificates, for a town hall's proxy signs with its own."""
    cache = VENV / "cache"
    ours = {
        "UV_CACHE_DIR": str(cache / "uv"),
        "PIP_CACHE_DIR": str(cache / "pip"),
        "npm_config_cache": str(cache / "npm"),
        "PLAYWRIGHT_BROWSERS_PATH": str(cache / "browsers"),
        "UV_SYSTEM_CERTS": "1",
        "NODE_USE_SYSTEM_CA": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    bundle = next((path for path in CERTIFICATES if Path(path).is_file()), None)
    if bundle:
        ours["REQUESTS_CA_BUNDLE"] = bundle  # pip's; unlike PIP_CERT it yields to a pip.conf
    if "PIP_INDEX_URL" in os.environ:
        ours["UV_DEFAULT_INDEX"] = os.environ["PIP_INDEX_URL"]
    return ours | surroundings()


def on_our_data() -> dict[str, str]:
    return {"WIJKSTEM_ENV": "development", "WIJKSTEM_DATA": str(TREE / "data")} | surroundings()


def for_tests(options: list[str]) -> dict[str, str]:
    """A browser, and a folder for sockets: without one the PostgreSQL of the tests warns, and warnings are errors."""
    around = installing()
    if not Path(around.get("XDG_RUNTIME_DIR", "/nowhere")).is_dir():
        sockets = VENV / "run"
        sockets.mkdir(mode=0o700, exist_ok=True)
        around["XDG_RUNTIME_DIR"] = str(sockets)
    if "not browser" not in options:
        around["WIJKSTEM_BROWSER"] = find_browser()
    return around


def become(command: list[str], around: dict[str, str]) -> None:
    """Hand this process over, so that a signal reaches the program itself."""
    if WINDOWS:
        raise SystemExit(subprocess.call(command, env=around))
    os.execve(command[0], command, around)  # noqa: S606  # no shell is what we want


# ---------------------------------------------------------------- a browser for the tests


def find_browser() -> str:
    """The path of a Chromium: the one named, one that is installed, or else one installed now."""
    found = os.environ.get("WIJKSTEM_BROWSER") or installed_browser() or playwright_browser()
    if found:
        return found
    by_apt = bool(shutil.which("apt-get")) and not WINDOWS and os.geteuid() == 0
    if by_apt:
        install_browser_by_apt()
    found = installed_browser()
    if not found:
        download = [str(PYTHON), "-m", "playwright", "install", *(["--with-deps"] if by_apt else []), "chromium"]
        step("downloading a Chromium for the tests (or install Chromium, Chrome or Edge yourself)", download)
        found = playwright_browser()
    return found or stop("found no browser for the tests. Install Chromium, Chrome or Edge, or name one in WIJKSTEM_BROWSER.")


def installed_browser() -> str | None:
    on_path = (shutil.which(name) for name in BROWSERS)
    return next((path for path in (*on_path, *INSTALLED_BROWSERS) if path and works(path)), None)


def works(path: str) -> bool:
    """On Windows a browser that is asked its version opens a window, so there its presence is enough."""
    if not Path(path).is_file():
        return False
    return WINDOWS or subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def playwright_browser() -> str | None:
    asked = subprocess.run([str(PYTHON), "-c", PLAYWRIGHT_PATH], env=installing(), capture_output=True, text=True, check=False)
    path = asked.stdout.strip()
    return path if path and Path(path).is_file() else None


def install_browser_by_apt() -> None:
    """Chromium with letters for every language we offer; where apt has none (Ubuntu's is a snap), the download follows."""
    say("wijkstem: installing Chromium with apt ...")
    quiet = {**installing(), "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium", "fonts-noto-core"]):
        subprocess.run(["apt-get", "-qq", *command], env=quiet, capture_output=True, check=False)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as problem:
        stop(str(problem))
    except KeyboardInterrupt:
        stop("stopped.", 130)
