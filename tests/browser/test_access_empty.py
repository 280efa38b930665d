"""Everybody can use every page where there is nothing yet: no survey, no wijkgesprek, no theme, nobody who answered."""

from collections.abc import Iterator

import pytest
from conftest import served, types_in
from rounds import LANGS, STAFF, WHOLE, Looking, links_from, sign_in
from windows import PASSWORD, Opens


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("nothing")
    with served(folder) as address:
        types_in(folder, "user", "add", "Noor", "--role", "admin", "--password-stdin", said=f"{PASSWORD}\n")
        yield address


@pytest.mark.parametrize("lang", LANGS if WHOLE else ("nl", "ar"))
def test_every_page_where_there_is_nothing_yet(opens: Opens, lang: str) -> None:
    page = opens(lang)
    look = Looking(page, lang)
    for address in ("/", "/wijkgesprekken", "/v/dordt-west-2026"):
        page.goto(address)
        look(address)
    sign_in(page)
    for address in links_from(page, "/kantoor", STAFF):
        look(address)
    look.tells()
