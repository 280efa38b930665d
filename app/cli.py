"""The operator's commands: `wijkstem` and `python -m app`. Machine output to stdout, the rest to stderr; one clear line and exit 2 on bad input."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

import app.answering.abandoned
import app.findings.jobs
import app.wijkgesprekken.leaving  # noqa: F401  # a room names its jobs when it is loaded
from app.access import policies
from app.answering.intake import take_in
from app.areas import Programme
from app.db import writing
from app.demo import made_up_responses, read_words
from app.findings.commands import done_again, redact
from app.findings.export import ALLOWED, FILES, Wanted, export_table
from app.findings.frames import Slice, survey_of
from app.findings.released import first_moment
from app.findings.report_commands import report
from app.findings.requests import ask_for_run
from app.findings.runs import run_analysis
from app.jobs import add_job, drain, work_on
from app.main import create_app
from app.migrate import migrate as migrate_tables
from app.models.answers import SOURCES
from app.models.tables import RUN
from app.office.commands import load_survey_file, survey_cli
from app.office.stats import database_counts
from app.office.surveys import listed_surveys
from app.office.translation_commands import accept_language, translations_cli
from app.office.ways_commands import areas_cli, codes_cli, links_cli, poster
from app.serving import serve_pages
from app.settings import Settings
from app.staff.commands import user_cli
from app.staff.retention import retention_cli
from app.survey import Survey
from app.terminal import Progress, Wrong, note, opened, read_day, ready, say
from app.tour import hold_meetings, invite_everyone, settle_and_state
from app.web import House
from app.wijkgesprekken.commands import wijkgesprek_cli

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, help="Wijkstem, for operators."
)
jobs_cli = typer.Typer(no_args_is_help=True, help="Background work.")
cli.command()(redact)
cli.command()(poster)
cli.command()(report)
cli.add_typer(survey_cli, name="survey")
cli.add_typer(jobs_cli, name="jobs")
cli.add_typer(translations_cli, name="translations")
cli.add_typer(wijkgesprek_cli, name="wijkgesprek")
cli.add_typer(user_cli, name="user")
cli.add_typer(codes_cli, name="codes")
cli.add_typer(links_cli, name="helper-link")
cli.add_typer(areas_cli, name="areas")
cli.add_typer(retention_cli, name="retention")

Key = Annotated[str, typer.Argument(help="Key of the survey.")]
Seed = Annotated[int, typer.Option(help="Same input and seed: same result.", min=0, max=2**32 - 1)]
SurveyKey = Annotated[str, typer.Option("--survey", help="Only this survey.")]
Wave = Annotated[str, typer.Option(help="Only this wave: a year, such as 2026.")]
Since = Annotated[str, typer.Option("--from", help="From this day on, YYYY-MM-DD.")]
Until = Annotated[str, typer.Option("--to", help="Up to and including this day, YYYY-MM-DD.")]


# Every usage mistake of typer descends from this class, which has no public name.
USAGE: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command. Every mendable mistake is one line on stderr and exit 2."""
    try:
        code = cli(arguments, prog_name="wijkstem", standalone_mode=False)
    except USAGE as wrong:
        told: str = wrong.format_message()  # type: ignore[attr-defined]  # the class has no public name
        if "Commands:" in told:  # asked for a group of commands: show which there are
            note(told)
            sys.exit(2)
        fail(told)
    except (Wrong, ValueError, LookupError) as wrong:
        fail(str(wrong.args[0] if wrong.args else wrong))
    except OSError as wrong:
        fail(f"{wrong.filename or 'file'}: {wrong.strerror or wrong}")
    except SQLAlchemyError as wrong:
        fail(f"the database does not answer as it should ({type(wrong).__name__}): is DATABASE_URL right, and was `wijkstem migrate` run?")
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def fail(reason: str) -> NoReturn:
    line = " ".join(reason.split()).encode("utf-8", "replace").decode()
    sys.stderr.write(f"wijkstem: {line}\n")
    sys.exit(2)


@cli.command()
def migrate(to: Annotated[str, typer.Option("--to", help="Version to go to; base for none.")] = "head") -> None:
    """Bring the tables of DATABASE_URL to this version."""
    _, engine, _ = opened()
    say(f"tables at {migrate_tables(engine, to)}")


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Server processes.", min=1, max=64)] = 1,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Do not start a worker for background jobs.")] = False,
    migrate_first: Annotated[bool, typer.Option("--migrate", help="Bring the tables to this version first.")] = False,
) -> None:
    """Serve the pages, with one worker beside it."""
    if migrate_first:
        migrate()
    ready()
    serve_pages(host, port, workers, worker=not no_worker)


@cli.command()
def start(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Server processes.", min=1, max=64)] = 1,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Do not start a worker for background jobs.")] = False,
) -> None:
    """Everything at once, for a first look: migrate, fill an empty database with a demonstration, print the links, serve."""
    settings, engine, programme = opened()
    if settings.env == "production":
        raise Wrong("start is for a first look; in production run `wijkstem migrate` and `wijkstem serve`")
    migrate()
    unfinished = (
        settings.data / "demo-unfinished"
    )  # an interrupted first start goes on where it was: the same people are not taken in twice
    with Session(engine) as db:
        empty = not listed_surveys(db)
    if empty or unfinished.exists():
        note("The database is empty: filling it with made-up answers. This takes half a minute.")
        settings.data.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
        demo()
        unfinished.unlink()
    base = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}"  # noqa: S104  # compared, not bound
    note(f"\nWijkstem {programme.name}\n  first page       {base}/\n  answer           {base}/v/{programme.surveys[0]}")
    note(
        f"  in Arabic        {base}/v/{programme.surveys[0]}?taal=ar\n  wijkgesprekken   {base}/wijkgesprekken\n  staff            {base}/inloggen\n  stop with Ctrl-C\n"
    )
    serve(host, port, workers, no_worker=no_worker)


@cli.command()
def worker() -> None:
    """Do background jobs as they come."""
    settings, _, _ = ready()
    work_on(settings)


@jobs_cli.command("run")
def run_jobs(once: Annotated[bool, typer.Option("--once", help="Do what waits, then stop.")] = False) -> None:
    """Do the jobs that wait."""
    if not once:
        worker()
        return
    settings, _, _ = ready()
    done, failed = drain(settings)
    say(f"{done} jobs done")
    if failed:
        note(f"wijkstem: {failed} jobs failed and wait for another try; the log says why")
        raise typer.Exit(1)


@cli.command()
def demo(
    responses: Annotated[int, typer.Option(help="Made-up people who answer the residents' survey; 0 for none.", min=0, max=200_000)] = 240,
    seed: Seed = 1,
) -> None:
    """Fill the database with a full tour: surveys, made-up answers in every language and channel, wijkgesprekken, themes, findings, staff."""
    settings, engine, programme = ready()
    for lang in programme.languages:  # a demonstration shows every language, with the notice that a machine translated
        accept_language(settings, engine, lang)
    for key in programme.surveys:
        load_survey_file(settings, engine, programme, key)
        note(f"{key}: open")
    key = programme.surveys[0]
    people = made_up_responses(_survey(engine, key), read_words(settings.surveys), n=responses, seed=seed)
    accepted = _take_in(settings, engine, programme, key, people, total=responses)["accepted"]
    if responses:
        note(f"{key}: {accepted} made-up responses")
        _tour(settings, engine, programme, seed)


def _tour(settings: Settings, engine: Engine, programme: Programme, seed: int) -> None:
    """What comes after the answers; each part is left out where it stands already, so that an interrupted start can go on."""
    note(f"wijkgesprekken: {hold_meetings(settings, engine, programme)}")
    with engine.connect() as connection:
        is_new = connection.execute(select(RUN.c.id).limit(1)).first() is None
    if is_new:
        run = run_analysis(engine, settings, programme, Slice(), seed=seed, progress=Progress(), stability=True)
        first_moment(engine, settings, programme, run)
        note(f"analysis {run}, findings: {settle_and_state(settings, engine, programme)}")
    people = invite_everyone(settings, engine)
    if people:
        say("Sign in at /inloggen with a name and its one-time password:")
    for role, (name, password) in people.items():
        say(f"{role:12} {name:8} {password}")


def _survey(engine: Engine, key: str) -> Survey:
    with engine.connect() as connection:
        return survey_of(connection, key)


@cli.command()
def respond(key: Key, file: Annotated[Path, typer.Argument(help="One response a line, JSON.")]) -> None:
    """Take in whole responses from a file; prints how many were accepted, duplicate and refused."""
    settings, engine, programme = ready()
    with file.open("rb") as raw:
        total = sum(1 for _ in raw)
    with file.open(encoding="utf-8-sig", errors="surrogateescape") as lines:
        counts = _take_in(settings, engine, programme, key, lines, total=total, label=str(file))
    say(json.dumps({name: counts[name] for name in ("accepted", "duplicate", "refused")}))
    if counts["refused"]:
        raise typer.Exit(1)


def _take_in(
    settings: Settings, engine: Engine, programme: Programme, key: str, lines: Any, *, total: int, label: str = ""
) -> Counter[str]:
    progress = Progress()
    counts: Counter[str] = Counter()
    for counts, reasons in take_in(engine, House(settings, programme), key, lines):
        for reason in reasons:
            note(f"{label}: {reason}")
        progress("responses", counts.total(), total)
    return counts


@cli.command()
def analyse(  # noqa: PLR0913, PLR0917  # the contract's options
    survey: SurveyKey = "", wave: Wave = "", since: Since = "", until: Until = "", seed: Seed = 0,
    engine_name: Annotated[str, typer.Option("--engine", help="serial, joblib or dask: the same result.")] = "serial",
    in_background: Annotated[bool, typer.Option("--queue", help="Leave it to the worker.")] = False,
    stability: Annotated[bool, typer.Option("--stability", help="Also do it over on parts of the answers: which themes stay?")] = False,
    again: Annotated[str, typer.Option(metavar="RUN", help="Do this run again as it was, keep nothing, and say whether it gives the same.")] = "",
) -> None:  # fmt: skip
    """Put open answers under their pillar and into themes; prints the id of the run."""
    settings, engine, programme = ready()
    if again:
        raise typer.Exit(done_again(engine, settings, programme, again))
    if engine_name not in {"serial", "joblib", "dask"}:
        raise Wrong(f"--engine: “{engine_name}” is not serial, joblib or dask")
    part = _slice(survey, wave, since, until)
    if in_background:
        if survey:
            _survey(engine, survey)
        with writing(engine) as connection:
            ask_for_run(connection, settings, part, "command", seed=seed, how=engine_name)
        add_job(settings, "analyse")
        say("queued")
        return
    if survey:
        _survey(engine, survey)
    run = run_analysis(engine, settings, programme, part, seed=seed, how=engine_name, progress=Progress(), stability=stability)
    first_moment(engine, settings, programme, run)
    say(run)


def _slice(survey: str, wave: str, since: str, until: str, source: str = "") -> Slice:
    if wave and not (wave.isascii() and wave.isdigit() and len(wave) == 4 and int(wave) > 0):
        raise Wrong(f"--wave: “{wave}” is not a year such as 2026")
    return Slice(survey, wave, read_day("--from", since) if since else None, read_day("--to", until) if until else None, source)


@cli.command()
def export(  # noqa: PLR0913, PLR0917  # the contract's options
    kind: Annotated[str, typer.Option(help="themes, findings, counts, responses, statements, codebook, themebook or raw.")],
    role: Annotated[str, typer.Option(help="On whose behalf: what this role may see.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    file_format: Annotated[str, typer.Option("--format", help="csv, xlsx, ods, sav (SPSS) or json.")] = "csv",
    survey: SurveyKey = "", wave: Wave = "", since: Since = "", until: Until = "",
    source: Annotated[str, typer.Option(help="survey, professional, wijkgesprek or kennissessie.")] = "",
    purpose: Annotated[str, typer.Option(help="Why; kept in the log for row-level tables.")] = "",
) -> None:  # fmt: skip
    """Write one table to a file. Figures pass the disclosure door; row-level tables are logged."""
    settings, engine, programme = ready()
    for option, value, known in (
        ("--kind", kind, ALLOWED),
        ("--format", file_format, FILES),
        ("--source", source, ("", *SOURCES)),
    ):
        if value not in known:
            raise Wrong(f"{option}: “{value}” is not one of {', '.join(name for name in known if name)}")
    wanted = Wanted(kind, role, file_format, _slice(survey, wave, since, until, source), purpose)
    if survey:
        _survey(engine, survey)
    say(f"{out}: {export_table(engine, settings, programme, wanted, out)} rows")


@cli.command()
def routes(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Every route, its method and the policy that guards it."""
    rows = [{"method": method, "path": path, "policy": policy} for method, path, policy in policies(create_app())]
    say(json.dumps(rows, indent=1) if as_json else "\n".join(f"{row['method']:6} {row['path']:30} {row['policy']}" for row in rows))


@cli.command()
def stats(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """How much is in the database; only finished responses count as responses."""
    settings, engine, _ = ready()
    found = database_counts(settings, engine)
    say(json.dumps(found) if as_json else "\n".join(f"{name}: {value}" for name, value in found.items()))
