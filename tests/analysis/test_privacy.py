"""Personal data never leaves a statement: what is found, what stays, and where it stood."""

import subprocess
import sys

import pytest

from analysis.privacy import mask

FOUND = [
    ("Bel mij op 06-12345678", "Bel mij op [telefoon]"),
    ("bel 0612345678 of 06 12 34 56 78.", "bel [telefoon] of [telefoon]."),
    ("+31 6 12345678, +31 (0)6-12345678, 0031612345678", "[telefoon], [telefoon], [telefoon]"),
    ("(078) 770 12 34 overdag", "[telefoon] overdag"),
    ("0611111111,0622222222", "[telefoon],[telefoon]"),
    ("numaram 0532 123 45 67 ya da +90 532 123 45 67", "numaram [telefoon] ya da [telefoon]"),
    ("zadzwoń 512 345 678 albo +48 512 345 678", "zadzwoń [telefoon] albo [telefoon]"),
    ("رقمي ٠٦١٢٣٤٥٦٧٨ أو ٠٦-١٢٣٤٥٦٧٨", "رقمي [telefoon] أو [telefoon]"),
    ("06\u00a012\u00a034\u00a056\u00a078", "[telefoon]"),
    ("mijn bsn is 111222333", "mijn bsn is [bsn]"),
    ("111.222.333 en 1112.22.333", "[bsn] en [bsn]"),
    ("١١١٢٢٢٣٣٣", "[bsn]"),
    ("NL91ABNA0417164300 staat op mijn naam", "[iban] staat op mijn naam"),
    ("nl91 abna 0417 1643 00 is mijn rekening", "[iban] is mijn rekening"),
    ("TR33 0006 1005 1978 6457 8413 26 tamam", "[iban] tamam"),
    ("mail naar Jan.de.Vries+wijk@voorbeeld.co.uk, graag", "mail naar [mail], graag"),
    ("jan (at) voorbeeld punt nl", "[mail]"),
    ("wij wonen op 3317 AB 12a", "wij wonen op [adres]"),
    ("3317AB", "[adres]"),
    ("3317 ab 12", "[adres]"),
    ("Brouwersdijk 112-a, bij de lift", "Brouwersdijk [huisnummer], bij de lift"),
    ("de buurman op nummer 14 schreeuwt", "de buurman op nummer [huisnummer] schreeuwt"),
    ("die grijze 12-AB-34 en gz-123-b", "die grijze [kenteken] en [kenteken]"),
]
KEPT = [
    "ik woon in Crabbehof, vlak bij de Krispijnseweg",
    "de A16 hoor je 24/7, al 5 jaar lang",
    "in 2016 EN 2017 was het beter",
    "we betalen 1350 we hebben 1.350.000 niet",
    "bel 112, 14 078 of 0900-8844",
    "op 12-12-2024 om 22.00-23.30",
    "ze rijden 80 op de Krispijnseweg 80 rijden ze",
    "ik woon al 5 jaar in de Nassauweg 5 jaar",
    "123456789",
    "NL91ABNA0417164301",
    "30-km-zone",
    "op nummer 1 staat veiligheid",
    "",
]


@pytest.mark.parametrize(("text", "masked"), FOUND)
def test_personal_data_is_replaced_by_a_mark(text: str, masked: str) -> None:
    assert mask(text)[0] == masked


@pytest.mark.parametrize("text", KEPT)
def test_wijken_streets_years_and_sums_stay(text: str) -> None:
    assert mask(text) == (text, [])


def test_spans_say_where_it_stood_in_the_text_as_it_was_typed() -> None:
    text = "bel ٠٦١٢٣٤٥٦٧٨ of a@b.nl 😀 06-12345678"
    masked, spans = mask(text)
    assert masked == "bel [telefoon] of [mail] 😀 [telefoon]"
    assert [(span["kind"], text[span["start"] : span["end"]]) for span in spans] == [
        ("telefoon", "٠٦١٢٣٤٥٦٧٨"),
        ("mail", "a@b.nl"),
        ("telefoon", "06-12345678"),
    ]


@pytest.mark.parametrize("pattern", ["1", "a@", "06 ", "- . ", "3317 ", "straat ", "straat 1 ", "a", "apenstaartje ", "(", "+3 "])
def test_a_long_answer_made_to_slow_the_search_down_does_not(pattern: str) -> None:
    masked, _ = mask(pattern * (100_000 // len(pattern)) + " en 06-12345678")
    assert not masked.endswith("12345678")


def test_the_server_can_mask_without_loading_pandas() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import sys, analysis.privacy; print(sorted({'pandas', 'sklearn', 'scipy'} & set(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "[]\n"
