"""Every address as a stranger: who may enter stands at each, nothing is written by looking, and errors carry the same headers."""

import gzip
import json
import re
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from houses import OpenHouse, Operator
from people import text_of
from sqlalchemy import text

from app.access import ROLES, may, policies, refuse_without_policy
from app.layout.assets import ASSETS, MEETINGS, STAFF_STYLE, STYLE
from app.web import SECURITY

DORDT = "/v/dordt-west-2026"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ADDRESSES = {
    "/": "/",
    "/privacy": "/privacy",
    "/toegankelijkheid": "/toegankelijkheid",
    "/gebied": "/gebied",
    "/.well-known/security.txt": "/.well-known/security.txt",
    "/static/{name}": STYLE.url,
    "/healthz": "/healthz",
    "/readyz": "/readyz",
    "/v/{survey_id}": DORDT,
    "/v/{survey_id}/{number}": f"{DORDT}/1",
    "/v/{survey_id}/controle": f"{DORDT}/controle",
    "/v/{survey_id}/bedankt": f"{DORDT}/bedankt",
    "/v/{survey_id}/later": f"{DORDT}/later",
    "/v/{survey_id}/mijn-antwoorden": f"{DORDT}/mijn-antwoorden",
    "/v/{survey_id}/gestopt": f"{DORDT}/gestopt",
    "/v/{survey_id}/verder": f"{DORDT}/verder",
    "/v/{survey_id}/zonder-verbinding": f"{DORDT}/zonder-verbinding",
    "/v/{survey_id}/nasturen": f"{DORDT}/nasturen",
    "/sw.js": "/sw.js",
    "/wijkgesprekken": "/wijkgesprekken",
    "/wijkgesprekken.ics": "/wijkgesprekken.ics",
    "/aanmelding": "/aanmelding",
}  # fmt: skip
POSTED = {"/v/{survey_id}/{number}", "/v/{survey_id}/controle", "/v/{survey_id}/verder", "/v/{survey_id}/nasturen"}
OF_WHAT_IS_THERE = {  # for everyone, of what exists: tests/test_wijkgesprekken.py, test_ways.py and test_contact.py walk them
    ("GET", "/geluid/{survey}/{lang}/{name}"),  # tests/test_views.py
    ("GET", "/v/{survey_id}/weg"),  # leads to another site: tests/test_kinds.py
    ("GET", "/u"),
    ("POST", "/u"),
    ("GET", "/u/{code:path}"),
    ("GET", "/h/{token}"),
    ("GET", "/contact/{survey_id}"),
    ("POST", "/contact/{survey_id}"),
    ("GET", "/contact/{survey_id}/bedankt"),
    ("GET", "/wijkgesprekken/{wijkgesprek_id}"),
    ("GET", "/wijkgesprekken/{wijkgesprek_id}.ics"),
    ("GET", "/wijkgesprekken/{wijkgesprek_id}/aanmelden"),
    ("POST", "/wijkgesprekken/{wijkgesprek_id}/aanmelden"),
    ("POST", "/aanmelding"),
    ("GET", "/aanmelding/{code}"),
    ("POST", "/aanmelding/{code}"),
}
ALL_ROLES = " ".join(ROLES)
OF_STAFF = {  # method and path: who may enter; an address of it
    ("GET", "/inloggen"): ("everyone", "/inloggen"),
    ("POST", "/inloggen"): ("everyone", "/inloggen"),
    ("GET", "/uitnodiging/{token}"): ("everyone", "/uitnodiging/onbekend"),
    ("POST", "/uitnodiging/{token}"): ("everyone", "/uitnodiging/onbekend"),
    ("POST", "/uitloggen"): (ALL_ROLES, "/uitloggen"),
    ("GET", "/wachtwoord"): (ALL_ROLES, "/wachtwoord"),
    ("POST", "/wachtwoord"): (ALL_ROLES, "/wachtwoord"),
    ("GET", "/kantoor"): (ALL_ROLES, "/kantoor"),
    ("GET", "/beheer"): ("admin auditor", "/beheer"),
    ("GET", "/beheer/logboek"): ("admin auditor", "/beheer/logboek"),
    ("GET", "/beheer/mensen/{staff_id}"): ("admin auditor", "/beheer/mensen/m-niemand"),
    ("POST", "/beheer/uitnodigen"): ("admin", "/beheer/uitnodigen"),
    ("POST", "/beheer/intrekken"): ("admin", "/beheer/intrekken"),
    ("POST", "/beheer/mensen/{staff_id}/wachtwoord"): ("admin", "/beheer/mensen/m-niemand/wachtwoord"),
    ("POST", "/beheer/mensen/{staff_id}/{change}"): ("admin", "/beheer/mensen/m-niemand/uitzetten"),
    ("GET", "/bevindingen"): ("office analyst auditor partner translator admin", "/bevindingen"),
    ("GET", "/bevindingen/ronde/{request_id}"): ("office analyst auditor admin", "/bevindingen/ronde/onbekend"),
    ("POST", "/bevindingen/draaien"): ("analyst admin", "/bevindingen/draaien"),
    ("GET", "/bevindingen/cijfers"): ("office analyst auditor admin", "/bevindingen/cijfers"),
    ("GET", "/bevindingen/cijfers/tabel.{ending}"): ("office analyst auditor admin", "/bevindingen/cijfers/tabel.csv"),
    ("GET", "/bevindingen/themas"): ("office analyst auditor admin", "/bevindingen/themas"),
    ("GET", "/bevindingen/themas/{pillar}/{key}"): ("office analyst auditor admin", "/bevindingen/themas/wonen/onbekend"),
    ("POST", "/bevindingen/themas/ongedaan"): ("analyst admin", "/bevindingen/themas/ongedaan"),
    ("POST", "/bevindingen/themas/{pillar}/{key}/naam"): ("analyst admin", "/bevindingen/themas/wonen/onbekend/naam"),
    ("POST", "/bevindingen/themas/{pillar}/{key}/samenvoegen"): ("analyst admin", "/bevindingen/themas/wonen/onbekend/samenvoegen"),
    ("POST", "/bevindingen/themas/{pillar}/{key}/vast"): ("analyst admin", "/bevindingen/themas/wonen/onbekend/vast"),
    ("POST", "/bevindingen/themas/{pillar}/{key}/verplaats"): ("analyst admin", "/bevindingen/themas/wonen/onbekend/verplaats"),
    ("POST", "/bevindingen/themas/{pillar}/{key}/splitsen"): ("analyst admin", "/bevindingen/themas/wonen/onbekend/splitsen"),
    ("POST", "/bevindingen/themas/{pillar}/{key}/uit-gebruik"): ("analyst admin", "/bevindingen/themas/wonen/onbekend/uit-gebruik"),
    ("POST", "/bevindingen/themas/nieuw"): ("analyst admin", "/bevindingen/themas/nieuw"),
    ("GET", "/bevindingen/besluiten"): ("office analyst auditor admin", "/bevindingen/besluiten"),
    ("GET", "/bevindingen/werkbank"): ("analyst admin", "/bevindingen/werkbank"),
    ("POST", "/bevindingen/werkbank/opnieuw"): ("analyst admin", "/bevindingen/werkbank/opnieuw"),
    ("POST", "/bevindingen/werkbank/ongedaan"): ("analyst admin", "/bevindingen/werkbank/ongedaan"),
    ("POST", "/bevindingen/werkbank/{kind}"): ("analyst admin", "/bevindingen/werkbank/klopt"),
    ("GET", "/bevindingen/codeboek"): ("office analyst admin auditor", "/bevindingen/codeboek"),
    ("GET", "/bevindingen/codeboek/codeboek.{ending}"): ("office analyst admin auditor", "/bevindingen/codeboek/codeboek.csv"),
    ("GET", "/bevindingen/codeboek/versies/{number}"): ("office analyst admin auditor", "/bevindingen/codeboek/versies/9"),
    ("GET", "/bevindingen/codeboek/thema/{pillar}/{theme}"): ("office analyst admin", "/bevindingen/codeboek/thema/wonen/vocht_schimmel"),
    ("POST", "/bevindingen/codeboek/thema/{pillar}/{theme}"): ("office analyst admin", "/bevindingen/codeboek/thema/wonen/onbekend"),
    ("POST", "/bevindingen/codeboek/vastzetten"): ("analyst admin", "/bevindingen/codeboek/vastzetten"),
    ("POST", "/bevindingen/codeboek/versies/{number}/openen"): ("analyst admin", "/bevindingen/codeboek/versies/9/openen"),
    ("GET", "/bevindingen/codeboek/woorden"): ("office analyst admin auditor", "/bevindingen/codeboek/woorden"),
    ("POST", "/bevindingen/codeboek/woorden"): ("office analyst admin", "/bevindingen/codeboek/woorden"),
    ("GET", "/bevindingen/vertalen"): ("translator analyst admin", "/bevindingen/vertalen"),
    ("GET", "/bevindingen/vertalen/{lang}"): ("translator analyst admin", "/bevindingen/vertalen/tr"),
    ("POST", "/bevindingen/vertalen/{lang}"): ("translator analyst admin", "/bevindingen/vertalen/tr"),
    ("GET", "/bevindingen/vertalen/{lang}/klaar"): ("translator analyst admin", "/bevindingen/vertalen/tr/klaar"),
    ("GET", "/bevindingen/vertalen/{lang}/bestand"): ("translator analyst admin", "/bevindingen/vertalen/tr/bestand"),
    ("POST", "/bevindingen/vertalen/{lang}/bestand"): ("translator analyst admin", "/bevindingen/vertalen/tr/bestand"),
    ("POST", "/bevindingen/vertalen/{lang}/terug"): ("translator analyst admin", "/bevindingen/vertalen/tr/terug"),
    ("GET", "/bevindingen/tweede-codeur"): ("analyst admin", "/bevindingen/tweede-codeur"),
    ("POST", "/bevindingen/tweede-codeur"): ("analyst admin", "/bevindingen/tweede-codeur"),
    ("POST", "/bevindingen/tweede-codeur/bestand"): ("analyst admin", "/bevindingen/tweede-codeur/bestand"),
    ("POST", "/bevindingen/tweede-codeur/bestand/bewaar"): ("analyst admin", "/bevindingen/tweede-codeur/bestand/bewaar"),
    ("GET", "/bevindingen/tweede-codeur/{sample_id}"): ("analyst admin", "/bevindingen/tweede-codeur/onbekend"),
    ("GET", "/bevindingen/tweede-codeur/{sample_id}/{nth}"): ("analyst admin", "/bevindingen/tweede-codeur/onbekend/1"),
    ("POST", "/bevindingen/tweede-codeur/{sample_id}/{nth}"): ("analyst admin", "/bevindingen/tweede-codeur/onbekend/1"),
    ("POST", "/bevindingen/tweede-codeur/{sample_id}/klaar"): ("analyst admin", "/bevindingen/tweede-codeur/onbekend/klaar"),
    ("POST", "/bevindingen/tweede-codeur/{sample_id}/kies"): ("analyst admin", "/bevindingen/tweede-codeur/onbekend/kies"),
    ("GET", "/bevindingen/nakijken"): ("analyst admin office", "/bevindingen/nakijken"),
    ("POST", "/bevindingen/nakijken"): ("analyst admin office", "/bevindingen/nakijken"),
    ("POST", "/bevindingen/nakijken/gelezen"): ("analyst admin office", "/bevindingen/nakijken/gelezen"),
    ("GET", "/bevindingen/stellingen"): ("office analyst admin auditor partner", "/bevindingen/stellingen"),
    ("GET", "/bevindingen/stellingen/nieuw"): ("office analyst admin", "/bevindingen/stellingen/nieuw"),
    ("POST", "/bevindingen/stellingen/nieuw"): ("office analyst admin", "/bevindingen/stellingen/nieuw"),
    ("GET", "/bevindingen/stellingen/{finding_id}"): ("office analyst admin auditor partner", "/bevindingen/stellingen/onbekend"),
    ("GET", "/bevindingen/stellingen/{finding_id}/bewerken"): ("office analyst admin", "/bevindingen/stellingen/onbekend/bewerken"),
    ("POST", "/bevindingen/stellingen/{finding_id}/bewerken"): ("office analyst admin", "/bevindingen/stellingen/onbekend/bewerken"),
    ("POST", "/bevindingen/stellingen/{finding_id}/stand"): ("office analyst admin", "/bevindingen/stellingen/onbekend/stand"),
    ("POST", "/bevindingen/citaat"): ("analyst admin", "/bevindingen/citaat"),
    ("GET", "/bevindingen/download/findings.{ending}"): ("office analyst auditor admin partner", "/bevindingen/download/findings.csv"),
    ("GET", "/bevindingen/download/themes.{ending}"): ("office analyst auditor admin", "/bevindingen/download/themes.csv"),
    ("POST", "/bevindingen/download/statements"): ("analyst admin", "/bevindingen/download/statements"),
    ("GET", "/bevindingen/rapport"): ("office analyst auditor admin", "/bevindingen/rapport"),
    ("POST", "/bevindingen/rapport"): ("office analyst auditor admin", "/bevindingen/rapport"),
    ("POST", "/bevindingen/rapport/tabel"): ("analyst admin", "/bevindingen/rapport/tabel"),
    ("GET", "/kantoor/enquetes"): ("office analyst translator auditor admin", "/kantoor/enquetes"),
    ("GET", "/kantoor/enquetes/{key}"): ("office analyst auditor admin", "/kantoor/enquetes/dordt-west-2026"),
    ("POST", "/kantoor/enquetes/{key}/stand"): ("office admin", "/kantoor/enquetes/dordt-west-2026/stand"),
    ("GET", "/kantoor/enquetes/{key}/kaart"): ("office analyst translator auditor admin", "/kantoor/enquetes/onbekend/kaart"),
    ("GET", "/kantoor/ingangen"): ("office admin", "/kantoor/ingangen"),
    ("GET", "/kantoor/ingangen/affiche"): ("office admin", "/kantoor/ingangen/affiche?vragenlijst=dordt-west-2026"),
    ("POST", "/kantoor/ingangen/codes"): ("office admin", "/kantoor/ingangen/codes"),
    ("POST", "/kantoor/ingangen/codes/stoppen"): ("office admin", "/kantoor/ingangen/codes/stoppen"),
    ("POST", "/kantoor/ingangen/links"): ("office admin", "/kantoor/ingangen/links"),
    ("POST", "/kantoor/ingangen/links/{id_}/sluiten"): ("office admin", "/kantoor/ingangen/links/onbekend/sluiten"),
    ("GET", "/kantoor/contact"): ("office admin", "/kantoor/contact"),
    ("POST", "/kantoor/contact/lijst"): ("office admin", "/kantoor/contact/lijst"),
    ("POST", "/kantoor/contact/bestand"): ("office admin", "/kantoor/contact/bestand"),
    ("POST", "/kantoor/contact/{id_}/wissen"): ("office admin", "/kantoor/contact/onbekend/wissen"),
    ("GET", "/bevindingen/open-link"): ("office analyst admin", "/bevindingen/open-link"),
    ("GET", "/bevindingen/verantwoording"): ("office analyst auditor admin", "/bevindingen/verantwoording"),
    ("POST", "/bevindingen/verantwoording/vaststellen"): ("analyst admin", "/bevindingen/verantwoording/vaststellen"),
    ("GET", "/bevindingen/vergelijken"): ("analyst admin", "/bevindingen/vergelijken"),
    ("GET", "/bevindingen/verantwoording/wissen"): ("analyst admin", "/bevindingen/verantwoording/wissen"),
    ("POST", "/bevindingen/verantwoording/wissen"): ("analyst admin", "/bevindingen/verantwoording/wissen"),
    ("POST", "/bevindingen/verantwoording/wissen/reactie"): ("admin", "/bevindingen/verantwoording/wissen/reactie"),
    ("GET", "/kantoor/wijkgesprekken"): ("office interviewer admin", "/kantoor/wijkgesprekken"),
    ("GET", "/kantoor/wijkgesprekken/nieuw"): ("office admin", "/kantoor/wijkgesprekken/nieuw"),
    ("POST", "/kantoor/wijkgesprekken/nieuw"): ("office admin", "/kantoor/wijkgesprekken/nieuw"),
    ("GET", "/kantoor/wijkgesprekken/{id_}"): ("office interviewer admin", "/kantoor/wijkgesprekken/onbekend"),
    ("GET", "/kantoor/wijkgesprekken/{id_}/bewerken"): ("office admin", "/kantoor/wijkgesprekken/onbekend/bewerken"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/bewerken"): ("office admin", "/kantoor/wijkgesprekken/onbekend/bewerken"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/openen"): ("office admin", "/kantoor/wijkgesprekken/onbekend/openen"),
    ("GET", "/kantoor/wijkgesprekken/{id_}/afzeggen"): ("office admin", "/kantoor/wijkgesprekken/onbekend/afzeggen"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/afzeggen"): ("office admin", "/kantoor/wijkgesprekken/onbekend/afzeggen"),
    ("GET", "/kantoor/wijkgesprekken/{id_}/teksten"): ("office admin", "/kantoor/wijkgesprekken/onbekend/teksten"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/teksten"): ("office admin", "/kantoor/wijkgesprekken/onbekend/teksten"),
    ("GET", "/kantoor/wijkgesprekken/{id_}/aanmeldingen"): ("office admin", "/kantoor/wijkgesprekken/onbekend/aanmeldingen"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/aanmeldingen/{registration}/afmelden"): ("office admin", "/kantoor/wijkgesprekken/onbekend/aanmeldingen/onbekend/afmelden"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/tafels"): ("office admin", "/kantoor/wijkgesprekken/onbekend/tafels"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/tafels/intrekken"): ("office admin", "/kantoor/wijkgesprekken/onbekend/tafels/intrekken"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/opkomst"): ("office admin", "/kantoor/wijkgesprekken/onbekend/opkomst"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/teruggekoppeld"): ("office admin", "/kantoor/wijkgesprekken/onbekend/teruggekoppeld"),
    ("GET", "/kantoor/wijkgesprekken/{id_}/inbreng"): ("office interviewer admin", "/kantoor/wijkgesprekken/onbekend/inbreng"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/inbreng"): ("office interviewer admin", "/kantoor/wijkgesprekken/onbekend/inbreng"),
    ("POST", "/kantoor/wijkgesprekken/{id_}/inbreng/weg"): ("office interviewer admin", "/kantoor/wijkgesprekken/onbekend/inbreng/weg"),
    ("GET", "/kantoor/wijkgesprekken/{id_}/afdrukken"): ("office interviewer admin", "/kantoor/wijkgesprekken/onbekend/afdrukken"),
    ("GET", "/tafel/{link}"): ("everyone", "/tafel/onbekend"),
    ("GET", "/tafel"): ("table", "/tafel"),
    ("POST", "/tafel"): ("table", "/tafel"),
    ("POST", "/tafel/weg"): ("table", "/tafel/weg"),
}  # fmt: skip


def test_the_routes_are_these_and_each_says_who_may_enter(house: OpenHouse, operator: Operator) -> None:
    """A new route is added here by the person who adds it, after thinking about who may enter."""
    shown = operator("routes", "--json").json
    assert {(row["method"], row["path"]): row["policy"] for row in shown} == {
        **{("GET", path): "everyone" for path in ADDRESSES},
        **{("POST", path): "everyone" for path in POSTED},
        **dict.fromkeys(OF_WHAT_IS_THERE, "everyone"),
        **{route: policy for route, (policy, _) in OF_STAFF.items()},
    }
    assert len(shown) == len(ADDRESSES) + len(POSTED) + len(OF_WHAT_IS_THERE) + len(OF_STAFF)


@pytest.mark.parametrize("role", ["stranger", *ROLES])
def test_every_room_of_staff_is_open_for_its_roles_alone(house: OpenHouse, role: str) -> None:
    """Outside is a page to sign in or a refusal; a form without its token is refused to everyone."""
    for (method, path), (policy, address) in OF_STAFF.items():
        if policy == "everyone":
            continue
        person = house.resident() if role == "stranger" else house.colleague(role)
        status = person.asks(method, address).status_code
        if role == "stranger":
            assert status == (303 if method == "GET" else 401), (method, path)
            assert method == "POST" or person.answer.headers["location"].startswith("/inloggen?naar=/")
        elif role not in policy.split() or method == "POST":
            assert status == 403, (method, path)
        else:
            assert status in {200, 303, 404}, (method, path)  # a partner is led on to the findings
        if method == "POST" and role != "stranger":
            allowed = person.asks(method, address, data={"token": house.token(role)}).status_code not in {401, 403}
            assert allowed == (role in policy.split()), (method, path)


@pytest.mark.parametrize("role", ROLES)
def test_staff_never_write_by_looking(house: OpenHouse, role: str) -> None:
    colleague = house.colleague(role)
    before = house.everything()
    with house.statements() as said:
        for (method, _), (policy, address) in OF_STAFF.items():
            if method == "GET" and (policy == "everyone" or role in policy.split()):
                colleague.asks("GET", address)
    assert [statement for statement in said if not statement.lstrip().startswith("SELECT")] == []
    assert house.everything() == before


@pytest.mark.parametrize("method", METHODS)
def test_every_route_answers_a_stranger_with_the_same_care(house: OpenHouse, method: str) -> None:
    for path, address in ADDRESSES.items():
        stranger = house.resident(shows_faults=True)
        answer = stranger.asks(method, address)
        there = method == "GET" or (method == "POST" and path.startswith("/v/{survey_id}/"))  # a page's number may be any word
        assert (answer.status_code not in {404, 405}) == there, f"{method} {address}: {answer.status_code}"
        assert answer.status_code < 500


def test_looking_never_writes(house: OpenHouse) -> None:
    resident = house.resident().opens(DORDT).fills(zestien="ja").presses("verder").fills(wijk="wielwijk").presses("verder")
    before = house.everything()
    with house.statements() as said:
        for address in (*ADDRESSES.values(), f"{DORDT}/2", f"{DORDT}/9", f"{DORDT}?opnieuw=1", f"{DORDT}?taal=ar", f"{DORDT}/2?stap=1"):
            resident.asks("GET", address)
    assert [statement for statement in said if not statement.lstrip().startswith("SELECT")] == []
    assert house.everything() == before


@pytest.mark.parametrize(
    ("status", "method", "address", "more"),
    [
        (404, "GET", "/bestaat-niet", {}),
        (404, "GET", "/static/bestaat-niet.css", {}),
        (404, "GET", "/static/..%2Ftokens.css", {}),
        (405, "DELETE", "/privacy", {}),
        (403, "POST", f"{DORDT}/1", {"headers": {"origin": "https://evil.example"}}),
        (413, "POST", f"{DORDT}/1", {"content": b"a=" + b"x" * 300_000}),
        (415, "POST", f"{DORDT}/1", {"json": {}}),
        (422, "POST", f"{DORDT}/verder", {"data": {"code": "x"}}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("lang", ["nl", "ar"])
def test_a_refusal_is_a_page_in_the_readers_language(
    house: OpenHouse, status: int, method: str, address: str, more: dict[str, Any], lang: str
) -> None:
    stranger = house.resident(lang)
    assert stranger.asks(method, address, **more).status_code == status
    assert stranger.page.lang == lang
    assert "/" in [link.get("href") for link in stranger.page.all("a")]


def test_a_fault_is_a_page_with_a_number_and_a_log_line_without_what_was_typed(house: OpenHouse, caplog: pytest.LogCaptureFixture) -> None:
    resident = house.resident("tr", shows_faults=True).opens(DORDT).fills(zestien="ja").presses("verder").fills(wijk="wielwijk")
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE survey_version SET source = 'this is no survey'"))
    house.app.state.known.versions.clear()
    resident.presses("verder", status=500)
    assert resident.page.lang == "tr"
    number = text_of(resident.page.one("bdi", class_="num"))
    assert re.fullmatch("[0-9a-f]{6}", number)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "wijkstem" and record.levelname == "ERROR"]
    assert number in line
    assert "wielwijk" not in line
    assert "Traceback" not in resident.page.html


def test_every_answer_carries_the_security_headers_once(house: OpenHouse) -> None:
    """The inspecting client looks at them on every page; here what they are."""
    said = house.resident().asks("GET", "/healthz").headers
    assert {name: said[name] for name in SECURITY} == SECURITY
    policy = dict(part.strip().split(" ", 1) for part in said["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["form-action"], policy["frame-ancestors"]) == (
        "'none'",
        "'self'",
        "'self'",
        "'none'",
    )
    assert "unsafe" not in said["content-security-policy"]
    assert "strict-transport-security" not in said


def test_the_log_names_the_route_and_nothing_of_the_person(house: OpenHouse, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "wijkstem")
    resident = house.resident(address="203.0.113.77").opens(f"{DORDT}?taal=ar&geheim=ja").fills(zestien="ja").presses("verder")
    resident.fills(wijk="crabbehof").presses("verder")
    lines = [record.getMessage() for record in caplog.records if record.name == "wijkstem"]
    assert [line.rsplit(" ", 3)[0] for line in lines] == [
        "GET /v/{survey_id}",
        *["POST /v/{survey_id}/{number}", "GET /v/{survey_id}/{number}"] * 2,
    ]
    said = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert [leak for leak in ("crabbehof", "geheim", "203.0.113.77", resident.key, "taal=") if leak in said] == []


# ---------------------------------------------------------------- a policy at every route


def test_a_route_without_a_policy_stops_the_start() -> None:
    app = FastAPI(openapi_url=None)
    app.router.routes.append(APIRoute("/geheim", lambda: "x"))
    with pytest.raises(RuntimeError, match="/geheim"):
        refuse_without_policy(app)


def test_one_route_without_a_policy_among_others_is_found() -> None:
    app = FastAPI(openapi_url=None)
    guarded, open_ = APIRouter(dependencies=[may("analyst")]), APIRouter()
    guarded.get("/bevindingen")(lambda: "x")
    open_.get("/vergeten")(lambda: "x")
    app.router.routes.extend([*guarded.routes, *open_.routes])
    assert list(policies(app)) == [("GET", "/bevindingen", "analyst"), ("GET", "/vergeten", "")]
    with pytest.raises(RuntimeError, match=r"^no policy declared for: /vergeten$"):
        refuse_without_policy(app)


@pytest.mark.parametrize("roles", [(), ("analist",), ("analyst", "boss")])
def test_a_role_that_is_none_is_refused_when_it_is_written(roles: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="not a role"):
        may(*roles)


@pytest.fixture
def closed_room(house: OpenHouse) -> None:
    room = APIRouter(prefix="/geheim", dependencies=[may("analyst", "admin")])
    room.get("")(lambda: "vertrouwelijk")
    room.post("")(lambda: "gedaan")
    house.app.router.routes.extend(room.routes)


def test_a_stranger_is_led_to_the_sign_in_page_and_her_form_is_refused(house: OpenHouse, closed_room: None) -> None:
    stranger = house.resident()
    answer = stranger.asks("GET", "/geheim?wijk=wielwijk")
    assert (answer.status_code, answer.headers["location"]) == (303, "/inloggen?naar=/geheim%3Fwijk%3Dwielwijk")
    assert stranger.asks("POST", "/geheim").status_code == 401
    assert "vertrouwelijk" not in stranger.page.html


@pytest.mark.parametrize("role", ROLES)
def test_a_room_is_open_for_its_roles_alone(house: OpenHouse, closed_room: None, role: str) -> None:
    colleague = house.colleague(role)
    allowed = role in {"analyst", "admin"}
    assert colleague.asks("GET", "/geheim").status_code == (200 if allowed else 403)
    assert colleague.asks("POST", "/geheim").status_code == 403  # no form of ours was shown
    assert colleague.asks("POST", "/geheim", data={"token": house.token(role)}).status_code == (200 if allowed else 403)
    refused = [(row["action"], row["object"], row["result"]) for row in house.rows("audit")]
    assert refused == ([("POST refused", "/geheim", "foreign form")] if allowed else [("POST refused", "/geheim", "refused")] * 2)


# ---------------------------------------------------------------- pages that ask nothing


def test_home_lists_what_is_open_for_residents(house: OpenHouse) -> None:
    resident = house.resident("pl").opens("/")
    links = [str(link.get("href")) for link in resident.page.one("main").iter("a")]
    assert links == [DORDT]
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE survey SET state = 'closed'"))
    assert list(resident.opens("/").page.one("main").iter("a")) == []


def test_home_of_an_empty_house_is_a_page(empty_house: OpenHouse) -> None:
    assert empty_house.resident("ar").opens("/").page.lang == "ar"
    assert empty_house.resident().asks("GET", DORDT).status_code == 404


def test_the_area_page_lists_buurten_and_leaves_zuidhoven_out(house: OpenHouse) -> None:
    page = house.resident("en").opens("/gebied").page
    assert len(page.all("h2")) == 4
    names = ["".join(item.itertext()) for item in page.one("main").iter("li")]
    assert len(names) == 29
    assert "Crabbehof-Zuid" in names
    assert [name for name in names if "Zuidhoven" in name] == []


def test_the_other_programme_shows_its_own_names_and_desk(voorbeeldstad: OpenHouse) -> None:
    resident = voorbeeldstad.resident("ar").opens("/")
    assert "Voorbeeldstad Oost" in resident.page.html
    assert "Dordt" not in resident.page.html
    assert resident.page.all("a", href="tel:09000000") != []
    assert [link.get("hreflang") for link in resident.page.all("a") if link.get("hreflang")] == ["nl", "en", "ar"]


def test_the_style_sheet_is_kept_for_ever_under_its_own_name(house: OpenHouse) -> None:
    for asset in ASSETS.values():
        stranger = house.resident()
        plain = stranger.browser.get(asset.url, headers={"accept-encoding": "identity"})
        packed = stranger.browser.get(asset.url, headers={"accept-encoding": "gzip"})
        assert plain.content == packed.content == asset.body == gzip.decompress(asset.packed)
        assert packed.headers["content-encoding"] == "gzip"
        assert "immutable" in packed.headers["cache-control"]
        assert packed.headers["vary"] == "Accept-Encoding"
    assert len(STYLE.body) <= 15 * 1024
    assert max(len(sheet.packed) for sheet in (MEETINGS, STAFF_STYLE)) <= 6_000


def test_pages_are_packed_for_a_browser_that_can_unpack_them(house: OpenHouse) -> None:
    stranger = house.resident()
    plain = stranger.browser.get("/privacy", headers={"accept-encoding": "identity"})
    packed = stranger.browser.get("/privacy", headers={"accept-encoding": "br, gzip"})
    assert plain.text == packed.text
    assert ("content-encoding" in plain.headers, packed.headers["content-encoding"]) == (False, "gzip")
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    short = stranger.browser.get("/healthz", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in short.headers


def test_the_watchman_reads_the_nonce_and_whether_the_database_answers(house: OpenHouse) -> None:
    stranger = house.resident()
    assert stranger.asks("GET", "/healthz").json() == {"status": "ok", "nonce": ""}
    assert stranger.asks("GET", "/readyz").json() == {"status": "ok"}


def test_security_txt_names_a_contact_and_a_day(house: OpenHouse) -> None:
    lines = house.resident().asks("GET", "/.well-known/security.txt").text.splitlines()
    found = dict(line.split(": ", 1) for line in lines)
    assert found["Contact"].startswith("mailto:")
    assert found["Expires"] == "2027-05-01T00:00:00Z"


def test_nothing_tells_a_stranger_what_the_server_is_made_of(house: OpenHouse) -> None:
    stranger = house.resident()
    for address in ("/docs", "/redoc", "/openapi.json", "/api/v1/openapi.json", "/static/", "/.env", "/v/"):
        assert stranger.asks("GET", address).status_code == 404
    assert json.dumps(dict(stranger.answer.headers)).lower().count("uvicorn") == 0


def test_a_watchman_who_asks_for_the_head_gets_what_get_would_say_without_the_page(house: OpenHouse) -> None:
    watchman = house.resident()
    for path in ("/", "/healthz", "/v/dordt-west-2026", "/bestaat-niet"):
        whole, head = watchman.browser.get(path), watchman.browser.head(path)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers["content-security-policy"] == whole.headers["content-security-policy"]
