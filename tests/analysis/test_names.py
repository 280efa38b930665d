"""Names are proposed and nothing else: what is found, what stays, how often in all, and that a person's choice is carried out to the letter."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from analysis.names import hide, propose
from analysis.privacy import Span, mask

HERE = Path(__file__).parent
MARKED = re.compile(r"\{(?P<naam>[^}]*)\}|<(?P<plaats>[^>]*)>")

FOUND = [
    ("Mijn buurman Henk zet de muziek hard", "Mijn buurman [naam] zet de muziek hard"),
    ("buurman henk en mevrouw kasteleijn", "buurman [naam] en mevrouw [naam]"),
    ("BUURMAN HENK SCHREEUWT", "BUURMAN [naam] SCHREEUWT"),
    ("ik heet Samira Bouali, groetjes", "ik heet [naam], groetjes"),
    ("mijn naam is tjoeke", "mijn naam is [naam]"),
    ("De familie Van den Heuvel-Smit en J.P. de Vries", "De familie [naam] en [naam]"),
    ("Vraag het Ahmed el Idrissi of A. Yılmaz", "Vraag het [naam] of [naam]"),
    ("Roos van de voedselbank en de roos in de tuin", "[naam] van de voedselbank en de roos in de tuin"),
    ("Gisteren kwam Mark langs, jan. was te koud", "Gisteren kwam [naam] langs, jan. was te koud"),
    ("Kwestro van hiernaast, en Tjippe met haar man", "[naam] van hiernaast, en [naam] met haar man"),
    ("Jan en Truus van beneden", "[naam] en [naam] van beneden"),
    ("Het is Woudestra van boven, en Jan-Willem", "Het is [naam] van boven, en [naam]"),
    ("Dokter Houdijk neemt niemand aan", "Dokter [naam] neemt niemand aan"),
    ("Henks hond en Fatima's kat", "[naam] hond en [naam]'s kat"),
    ("Het is hier vies.\nMet vriendelijke groet,\nWilma Oosterhout", "Het is hier vies.\nMet vriendelijke groet,\n[naam]"),
    ("Mrs Okafor and my son Adam", "Mrs [naam] and my son [naam]"),
    ("Hüseyin'in müziği, Ayşe teyze, Mehmet Bey", "[naam]'in müziği, [naam] teyze, [naam] Bey"),
    ("oğlum emre, deniz abi", "oğlum [naam], [naam] abi"),
    ("pana Wiśniewskiego i Kasi z biblioteki", "pana [naam] i [naam] z biblioteki"),
    ("nazywam się Anna Kowalska", "nazywam się [naam]"),
    ("اسمي محمد العلي وجاري أحمد", "اسمي [naam] وجاري [naam]"),
    ("شكرا لخديجة وعبد الرحمن", "شكرا ل[naam] و[naam]"),
    ("basisschool De Regenboog en café 't Hoekje", "basisschool [plaats] en café '[plaats]"),
    ("bakkerij yilmaz, moskee Al-Fath", "bakkerij [plaats], moskee [plaats]"),
    ("het Insula College, de Pauluskerk, voetbalclub EBOH", "het [plaats] College, de [plaats], voetbalclub [plaats]"),
    ("Mevlana Camii ve szkoła Kopernik", "[plaats] Camii ve szkoła [plaats]"),
    ("مسجد النور", "مسجد [plaats]"),
    ("portiek 14, flat 3 en portiek B", "portiek [plaats], flat [plaats] en portiek [plaats]"),
    ("daire 5, klatka 4, شقة ١٢", "daire [plaats], klatka [plaats], شقة [plaats]"),
    ("bel Henk op [telefoon] of [mail]", "bel [naam] op [telefoon] of [mail]"),
]
KEPT = [
    "Ik woon in Oud-Krispijn, vlak bij Wielwijk en de Krispijnseweg",
    "de Jacob Marisstraat, het Nelson Mandelaplein en de Willem de Zwijgerlaan",
    "De Gemeente, Woonbron, Trivire, Albert Heijn, de Jumbo en de Dirk",
    "Turkse en Poolse buren vieren Ramadan en Koningsdag, in Mei of op Woensdag",
    "buurman van boven schreeuwt, die mevrouw van de post niet",
    "mijn zoon wil voetballen, mijn dochter kan niet mee",
    "mijn naam is niet belangrijk, ik heet iedereen welkom",
    "Meer Groen En Minder Stenen Graag",
    "DE LIFT IS STUK",
    "een flat 10 hoog, blok 12 uur wachten, portiek 5 keer per jaar",
    "school en kerk moeten samenwerken, de bakker en de kapper zijn weg",
    "May I mark it? Bill is too high",
    "Barış ve umut lazım, doktor bey dinlemiyor, Hollanda'da kira yüksek",
    "Pani w szkole nie rozumie, wilk syty, W Polsce",
    "السيدة في البلدية، جاري كريم، يجب علي أن أدفع",
    "[telefoon] [adres] [naam]",
    "",
]


def sentences() -> Iterator[tuple[str, str, list[Span]]]:
    """Language, text and the spans that a person marked in it."""
    for line in (HERE / "names.txt").read_text(encoding="utf-8").splitlines()[1:]:
        lang, marked = line.split("|", 1)
        spans, text, reached = [], "", 0
        for found in MARKED.finditer(marked):
            text += marked[reached : found.start()]
            kind, inside = ("naam", found["naam"]) if found["naam"] else ("plaats", found["plaats"])
            spans.append(Span(kind=kind, start=len(text), end=len(text) + len(inside)))
            text, reached = text + inside, found.end()
        yield lang, text + marked[reached:], spans


def is_hidden(text: str, wanted: Span) -> bool:
    """Nothing of a name that tells who it is may stay: of its words with three letters or more, none."""
    covered = {place for span in propose(text) for place in range(span["start"], span["end"])}
    words = [found for found in re.finditer(r"\w+", text[wanted["start"] : wanted["end"]]) if len(found[0]) > 2 or found[0].isdigit()]
    return all(wanted["start"] + place in covered for found in words for place in range(*found.span()))


@pytest.mark.parametrize(("text", "hidden"), FOUND)
def test_a_name_is_proposed_and_its_surroundings_stay_readable(text: str, hidden: str) -> None:
    assert hide(text, propose(text)) == hidden


@pytest.mark.parametrize("text", KEPT)
def test_wijken_streets_roles_and_ordinary_words_stay(text: str) -> None:
    assert propose(text) == []


@pytest.mark.parametrize("lang", ["nl", "en", "tr", "pl", "ar"])
def test_nine_names_in_ten_are_proposed_and_few_ordinary_texts_are_troubled(lang: str) -> None:
    asked = [(text, spans) for language, text, spans in sentences() if language == lang]
    names = [is_hidden(text, span) for text, spans in asked for span in spans]
    alarms = [text for text, spans in asked if not spans and propose(text)]
    assert len(names) >= 20
    assert sum(names) >= 0.9 * len(names)
    assert len(alarms) <= 2 + 0.02 * sum(not spans for _, spans in asked)


def test_of_texts_without_a_name_at_most_two_in_a_hundred_get_a_proposal(answers: DataFrame) -> None:
    demo = tomllib.loads((HERE.parents[1] / "surveys" / "demo_answers.toml").read_text(encoding="utf-8"))
    texts = [*answers["text"], *(text for by_language in demo.values() for texts in by_language.values() for text in texts)]
    assert len(texts) > 600
    assert sum(bool(propose(text)) for text in texts) <= 0.02 * len(texts)


def test_a_street_that_has_the_name_of_a_person_is_kept_when_the_programme_says_so() -> None:
    text = "Op de Bolnes en bij Kwintus is het donker"
    assert [text[span["start"] : span["end"]] for span in propose(text)] == ["Kwintus"]
    assert propose(text, keep=["Kwintus", "Bolnes"]) == []


def test_spans_say_where_a_name_stands_in_the_masked_text() -> None:
    masked, _ = mask("Bel 06-12345678, dat is Henk de Groot van café Zwart")
    assert [(span["kind"], masked[span["start"] : span["end"]]) for span in propose(masked)] == [
        ("naam", "Henk de Groot"),
        ("plaats", "Zwart"),
    ]


PIECES = [
    "Jan",
    "van",
    "De",
    "der",
    "Jansen",
    "Mevrouw",
    "J.",
    ",",
    ". ",
    "portiek 14",
    "B",
    "[naam]",
    "bakkerij",
    "محمد",
    "و",
    "ـ",
    "\u0301",
    "'t",
    "straat",
    "İ",
    "|",
]


@given(
    st.one_of(
        st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
        st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
        st.text(max_size=40),
    )
)
def test_proposals_can_always_be_hidden_and_never_touch_a_mark(text: str) -> None:
    spans = propose(text)
    assert spans == sorted(spans, key=lambda span: span["start"])
    assert hide(text, spans).count("[naam]") == text.count("[naam]") + sum(span["kind"] == "naam" for span in spans)


@pytest.mark.parametrize(
    ("spans", "wrong"),
    [
        ([(0, 4), (3, 6)], "naam 0-4 overlaps naam 3-6"),
        ([(5, 5)], "naam 5-5 does not lie in the text of 12 letters"),
        ([(8, 13)], "naam 8-13 does not lie in the text of 12 letters"),
        ([(-1, 4)], "naam -1-4 does not lie in the text of 12 letters"),
    ],
)
def test_spans_that_cannot_be_are_refused(spans: list[tuple[int, int]], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        hide("Henk is lief", [Span(kind="naam", start=start, end=end) for start, end in spans])


def test_spans_may_come_in_any_order() -> None:
    spans = [Span(kind="plaats", start=13, end=18), Span(kind="naam", start=0, end=4)]
    assert hide("Henk van café Kroon"[:13] + "Kroon", spans) == "[naam] van café[plaats]"


@pytest.mark.parametrize(
    "pattern", ["Jan ", "van der ", "J. ", "De ", "Mevrouw ", "a", "a-", "portiek 1 ", "Jan en ", "محمد و", "ik heet ", "[a"]
)
def test_a_long_answer_made_to_slow_the_search_down_does_not(pattern: str) -> None:
    def steps(letters: int) -> int:
        """Calls that it takes: no clock, so a busy machine changes nothing."""
        made = 0

        def count(_frame: object, event: str, _of: object) -> None:
            nonlocal made
            made += event in {"call", "c_call"}

        text = pattern * (letters // len(pattern))
        sys.setprofile(count)
        try:
            propose(text)
        finally:
            sys.setprofile(None)
        return made

    steps(1_000)
    assert steps(32_000) < 5 * steps(8_000)


def test_the_server_can_propose_without_loading_pandas() -> None:
    loaded = "import sys, analysis.names; analysis.names.propose('Henk'); print(sorted({'pandas', 'sklearn', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
