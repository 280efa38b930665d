"""The house: who may import whom, how large a room may grow, and that code is explained and named in our own words."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

TREE = Path(__file__).parent.parent
OURS = ("app", "analysis")

# From the ground up: each imports only what stands before it. A file that is new has to be given its place here.
FLOORS = (
    "settings", "models", "pseudo", "dutch", "i18n", "codes", "seal", "only_if", "survey", "condition_words", "survey_worlds", "survey_logic", "reading_hint", "survey_check", "answer_check", "suppression", "disclosure", "cells",
    "db", "acts", "migrate", "reading", "areas", "extracting", "catalogues", "forms", "workbooks", "tries", "access", "routing", "layout", "web", "mail", "jobs", "terminal",
)  # fmt: skip
ROOMS = ("front", "answering", "paper", "wijkgesprekken", "findings", "programme", "office", "staff")
ROOF = ("main", "demo", "tour", "serving", "cli", "__main__")
GROUND = ("settings", "models")
PURE = (
    "survey",
    "survey_worlds",
    "survey_logic",
    "condition_words",
    "reading_hint",
    "survey_check",
    "answer_check",
    "only_if",
    "suppression",
    "disclosure",
    "cells",
    "codes",
)
WEB_OR_DATABASE = {"sqlalchemy", "sqlmodel", "fastapi", "starlette", "uvicorn", "psycopg", "alembic", "huey"}
MAY_RUN_ANALYSIS = ("findings", "reading", "jobs", "cli")
ANALYSIS_LIBRARIES = {
    "numpy", "scipy", "pandas", "sklearn", "joblib", "simplemma", "snowballstemmer", "stopwordsiso", "stdnum", "py3langid",
    "threadpoolctl",  # comes with scikit-learn: the same figures whatever the number of threads
}  # fmt: skip
ONLY_INSIDE_A_FUNCTION = {"dask", "distributed", "sentence_transformers"}

Import = tuple[str, bool]  # a module's full name, and whether it is imported inside a function


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def modules(*folders: str) -> dict[str, Path]:
    """Our modules by their full name."""
    files = [file for folder in folders for file in sorted((TREE / folder).rglob("*.py"))]
    return {".".join(file.relative_to(TREE).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


def imports(file: Path) -> set[Import]:
    """Find every import, also those inside functions; `from app import web` counts as app.web."""
    return set(_imports(parsed(file), inside=False))


def _imports(node: ast.AST, *, inside: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((name.name, inside) for name in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, f"a relative import in line {child.lineno}: write the full name"
            for name in child.names:
                full = f"{child.module}.{name.name}"
                yield (full if full in modules(*OURS) else str(child.module)), inside
        else:
            yield from _imports(child, inside=inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))


def place(module: str) -> str:
    """The floor or room of app/ that a module stands in."""
    return module.split(".")[1] if "." in module else ""


def ours_imported_by(file: Path, package: str) -> set[str]:
    return {name for name, _ in imports(file) if name.split(".")[0] == package}


def test_every_file_of_the_server_has_its_place() -> None:
    places = {place(module) for module in modules("app")} - {""}
    assert places - {*FLOORS, *ROOMS, *ROOF} == set()


@pytest.mark.parametrize("module", sorted(modules("app")))
def test_imports_go_downwards_and_rooms_never_meet(module: str) -> None:
    order = [*FLOORS, "a room", *ROOF]

    def height(name: str) -> int:
        return order.index("a room" if name in ROOMS else name)

    here = place(module)
    wrong = {
        name
        for name in ours_imported_by(modules("app")[module], "app")
        if (there := place(name)) and there != here and height(there) >= height(here)
    }
    assert wrong == set()


@pytest.mark.parametrize("module", sorted(module for module in modules("app") if place(module) in GROUND))
def test_the_ground_floor_imports_nothing_of_ours(module: str) -> None:
    wrong = {name for name, _ in imports(modules("app")[module]) if name.split(".")[0] in OURS and place(name) != place(module)}
    assert wrong == set()


@pytest.mark.parametrize("module", sorted(module for module in modules("app") if place(module) in PURE))
def test_what_is_pure_knows_no_server_and_no_database(module: str) -> None:
    assert {name.split(".")[0] for name, _ in imports(modules("app")[module])} & WEB_OR_DATABASE == set()


def test_only_findings_reading_jobs_and_the_commands_run_the_analysis_and_load_it_when_they_do() -> None:
    found = {
        (place(module), inside)
        for module, file in modules("app").items()
        for name, inside in imports(file)
        if name.split(".")[0] == "analysis"
    }
    assert {where for where, _ in found} - set(MAY_RUN_ANALYSIS) == set()
    assert {where for where, inside in found if not inside} == set()


@pytest.mark.parametrize("module", sorted(modules("analysis")))
def test_the_analysis_is_pure_numbers(module: str) -> None:
    allowed = {*sys.stdlib_module_names, *ANALYSIS_LIBRARIES, "analysis"}
    wrong = {
        name
        for name, inside in imports(modules("analysis")[module])
        if (library := name.split(".")[0]) not in allowed and not (inside and library in ONLY_INSIDE_A_FUNCTION)
    }
    assert wrong == set()


def test_no_import_goes_round_in_a_circle() -> None:
    known = modules(*OURS)
    graph = {module: {name for name, _ in imports(file) if name in known and name != module} for module, file in known.items()}
    for packages in known:  # a package stands for what its __init__ imports, not for its files
        graph[packages].discard(packages.rpartition(".")[0])
    assert len(list(TopologicalSorter(graph).static_order())) == len(known)


def test_the_server_starts_without_loading_the_analysis() -> None:
    heavy = "{'pandas', 'sklearn', 'analysis'}"
    asked = f"import sys, app.main, app.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=TREE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_migration_imports_nothing_of_ours() -> None:
    wrong = {
        (file.name, name)
        for file in sorted((TREE / "migrations" / "versions").glob("*.py"))
        for name, _ in imports(file)
        if name.split(".")[0] in OURS
    }
    assert wrong == set()


# ---------------------------------------------------------------- ceilings and words

FILES = {**modules(*OURS), "go": TREE / "go.py", "hatch_build": TREE / "hatch_build.py"}
CODE = {
    **FILES,
    **{f"{file.parent.name}.{file.stem}": file for folder in ("tests", "bench") for file in sorted((TREE / folder).rglob("*.py"))},
}


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(parsed(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("module", sorted(FILES))
def test_no_file_is_longer_than_400_lines_and_no_function_than_50(module: str) -> None:
    file = FILES[module]
    long = {one.name: length for one in functions(file) if (length := (one.end_lineno or 0) - one.lineno + 1) > 50}
    assert long == {}
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_module_says_in_its_first_line_whose_room_it_is(module: str) -> None:
    first, *more = (ast.get_docstring(parsed(FILES[module])) or "").splitlines() or [""]
    assert first.endswith(".")
    assert more[:1] in ([], [""])
    if place(module) in ROOMS:
        assert first.startswith(f"Room {place(module)}: ")
    if module in modules("app") and place(module) in FLOORS:
        assert first.startswith(("Shared floor", "Ground floor"))


@pytest.mark.parametrize("module", sorted(modules("analysis")))
def test_the_analysis_tells_what_each_parameter_is(module: str) -> None:
    missing = {
        (function.name, parameter.arg)
        for function in parsed(modules("analysis")[module]).body
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_")
        for parameter in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        if not re.search(rf"^[\w, ]*\b{parameter.arg}\b[\w, ]* : ", ast.get_docstring(function) or "", re.MULTILINE)
    }
    assert missing == set()


def names_in(file: Path) -> Iterator[str]:
    """Names that we gave ourselves: of the file, of what is defined, of what is assigned."""
    yield file.stem
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr


NAMED_BY_A_LIBRARY = {"process_bind_param", "process_result_value", "handle_DATA"}


def words_of(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def banned_words() -> set[str]:
    rows = [line.split("|") for line in (TREE / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return {word for row in rows for word in row[4].split()} - {"Not", "---"}


def test_names_are_split_into_words() -> None:
    assert words_of("find_themes") == ["find", "themes"]
    assert words_of("TopicModel") == ["topic", "model"]
    assert words_of("HTMLPage") == ["html", "page"]


@pytest.mark.parametrize("module", sorted(CODE))
def test_no_name_holds_a_word_that_the_glossary_has_another_for(module: str) -> None:
    banned = banned_words()
    assert {"pijler", "enquete", "topic", "respondent", "submission", "utils", "helper", "manager"} <= banned
    ours = set(names_in(CODE[module])) - NAMED_BY_A_LIBRARY
    assert {name for name in ours if set(words_of(name)) & banned or name.startswith(("handle_", "process_", "do_"))} == set()


# ---------------------------------------------------------------- tools


def test_every_exception_to_a_rule_says_why() -> None:
    settings = (TREE / "pyproject.toml").read_text(encoding="utf-8")
    ignores = re.findall(r"^ignore = \[\n(.*?)^\]|^\[tool\.ruff\.lint\.per-file-ignores\]\n(.*?)^\[", settings, re.MULTILINE | re.DOTALL)
    lines = [line for parts in ignores for line in "".join(parts).splitlines() if re.search(r'"[A-Z]+[0-9]*"', line)]
    assert len(lines) > 10
    assert [line for line in lines if not re.search(r"  # \w.{8,}", line)] == []


@pytest.mark.parametrize("module", sorted(CODE))
def test_every_exception_in_the_code_names_its_rule_and_says_why(module: str) -> None:
    marks = [line for line in CODE[module].read_text(encoding="utf-8").splitlines() if re.search(r"# (noqa|type: ignore)\b", line)]
    assert [line for line in marks if not re.search(r"# (noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\])  # \w+", line)] == []


@pytest.mark.parametrize("tool", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=" ".join)
def test_the_code_passes(tool: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *tool], cwd=TREE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
