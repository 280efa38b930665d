"""What residents said, for tests of the findings: statements as a survey or a wijkgesprek leaves them, and a run over them."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import uuid4

from houses import OpenHouse
from sqlalchemy import Connection, func, insert, select, update

from app.areas import load_programme
from app.findings.frames import Slice
from app.findings.runs import run_analysis
from app.models.tables import RESPONSE, RUN, STATEMENT, SURVEY

DORDT = "dordt-west-2026"
MOULD = "De muren zijn vochtig en er zit schimmel in de slaapkamer"
PARKING = "Er is nooit een parkeerplaats, parkeren is hier onmogelijk"
NOISE = "De buren maken elke nacht lawaai, de geluidsoverlast is erg"
RENT = "De huur is veel te hoog voor mij"
MOULDY, PARKED, NOISY, RENTED = (
    ("wonen", "vocht_schimmel"), ("wonen", "parkeren_bereikbaarheid"), ("veilig", "geluid_burenoverlast"), ("wonen", "betaalbaar_wonen"),
)  # fmt: skip


def address(place: tuple[str, str]) -> str:
    return f"/bevindingen/themas/{place[0]}/{place[1]}"


def residents_say(
    house: OpenHouse, *texts: str, stream: str = "sample", lang: str = "nl", area: str = "wielwijk", asked: str | None = None
) -> list[str]:
    """Each text is one resident's answer; returns the ids of the statements, in that order."""
    with house.engine.begin() as connection:
        version = connection.execute(select(SURVEY.c.fingerprint).where(SURVEY.c.key == DORDT)).scalar()
        ids = _new_ids(connection, len(texts))
        day = date(2026, 11, 1)
        for id_, text in zip(ids, texts, strict=True):
            who = f"r{id_[1:]}"
            answered = {
                "lang": lang,
                "channel": "web",
                "stream": stream,
                "area": area,
                "receipt_hash": id_,
                "begun_on": day,
                "finished_on": day,
            }
            connection.execute(
                insert(RESPONSE).values(
                    id=who, key=str(uuid4()), survey_key=DORDT, fingerprint=version, state="finished", assisted=False, **answered
                )
            )
            spoken = {"question": "wonen_open", "text": text, "lang": lang, "pillar_asked": asked, "area": area, "channel": "web"}
            connection.execute(
                insert(STATEMENT).values(id=id_, source="survey", survey_key=DORDT, response_id=who, stream=stream, said_on=day, **spoken)
            )
    return ids


def table_says(house: OpenHouse, *texts: str, source: str = "wijkgesprek") -> list[str]:
    """Each text is one contribution at a table."""
    with house.engine.begin() as connection:
        ids = _new_ids(connection, len(texts))
        spoken = {"question": "wens", "lang": "nl", "area": "crabbehof", "channel": "oral", "stream": "desk", "said_on": date(2026, 11, 1)}
        connection.execute(
            insert(STATEMENT), [{"id": id_, "source": source, "text": text, **spoken} for id_, text in zip(ids, texts, strict=True)]
        )
    return ids


def _new_ids(connection: Connection, n: int) -> list[str]:
    last = connection.execute(select(func.max(STATEMENT.c.id))).scalar()
    first = int(last[1:]) + 1 if last else 0
    return [f"s{first + nth:014d}" for nth in range(n)]


def a_street(house: OpenHouse) -> None:
    """Enough people for some themes, three for one that could give them away, and a table that talked about two."""
    residents_say(house, *[f"{MOULD}, nummer {word}" for word in words(14)])
    residents_say(house, *[f"{PARKING}, {word}" for word in words(12)])
    residents_say(house, *[f"{NOISE}, {word}" for word in words(3)])
    residents_say(house, *[f"{MOULD}, ook {word}" for word in words(11)], stream="open_link", area="crabbehof")
    residents_say(house, *[f"{RENT}, ook {word}" for word in words(10)], stream="open_link", area="crabbehof")
    table_says(house, *[f"{MOULD}, zei {word}" for word in words(10)], *[f"{PARKING}, zei {word}" for word in words(13)])


def words(n: int) -> Sequence[str]:
    """Different words without meaning, so that no two answers are the same."""
    return [f"{'abcdefghijklmnopqrst'[nth]}{'aeiou'[nth % 5]}q" for nth in range(n)]


def run(house: OpenHouse, part: Slice | None = None) -> str:
    """One run, made later than those before it: the clock of a house stands still."""
    id_ = run_analysis(house.engine, house.settings, load_programme(house.settings.surveys), part or Slice())
    made_at = house.settings.clock() + timedelta(minutes=len(house.rows("run")))
    with house.engine.begin() as connection:
        connection.execute(update(RUN).where(RUN.c.id == id_).values(made_at=made_at))
    return id_
