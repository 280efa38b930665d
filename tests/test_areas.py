"""The programme file: what it says about the area, and what it is told when it is wrong."""

from pathlib import Path

import pytest

from app.areas import load_programme

SURVEYS = Path(__file__).parent.parent / "surveys"
DORDT_WEST = SURVEYS / "programme.toml"


def written(folder: Path, **changes: str) -> Path:
    """Write the shipped programme with some of its words changed, beside empty files for its surveys."""
    text = DORDT_WEST.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "programme.toml").write_text(text, encoding="utf-8")
    for survey in ("dordt-west-2026", "professionals-2026"):
        (folder / f"{survey}.toml").touch()
    return folder


def mistakes(folder: Path) -> list[str]:
    """What the office reads, without the name of the file that stands before each line."""
    with pytest.raises(ValueError, match=r"programme\.toml: ") as told:
        load_programme(folder)
    return [line.partition("programme.toml: ")[2] for line in str(told.value).splitlines()]


def test_dordt_west_is_four_wijken_and_twenty_nine_buurten() -> None:
    programme = load_programme(SURVEYS)
    assert [(wijk.key, sum(buurt.in_scope for buurt in wijk.buurten)) for wijk in programme.wijken] == [
        ("oud_krispijn", 8),
        ("nieuw_krispijn", 7),
        ("wielwijk", 12),
        ("crabbehof", 2),
    ]
    assert len(programme.in_scope) == 29


def test_zuidhoven_lies_in_a_cbs_wijk_that_counts_and_still_does_not_count() -> None:
    programme = load_programme(SURVEYS)
    crabbehof = programme.wijken[3]
    assert [buurt.code for buurt in crabbehof.buurten if not buurt.in_scope] == ["BU05050802"]
    assert "BU05050802" not in programme.in_scope
    assert {"BU05050800", "BU05050801"} <= programme.in_scope


def test_the_five_buurten_that_the_letters_leave_open_are_named() -> None:
    programme = load_programme(SURVEYS)
    assert sorted(programme.unconfirmed) == ["BU05050707", "BU05050708", "BU05050709", "BU05050710", "BU05050711"]
    assert programme.unconfirmed <= programme.in_scope


def test_the_five_pillars_have_two_goals_each_and_overig_none() -> None:
    programme = load_programme(SURVEYS)
    assert [pillar.key for pillar in programme.pillars] == ["wonen", "gezond", "leren", "werk", "veilig", "overig"]
    assert [(goal.number, goal.pillar) for goal in programme.goals] == [
        (number, programme.pillars[(number - 1) // 2].key) for number in range(1, 11)
    ]


@pytest.mark.parametrize(
    ("answer", "row"),
    [
        ("wielwijk", "wielwijk"),
        ("crabbehof", "crabbehof"),
        ("zuidhoven", "buiten_gebied"),
        ("elders", "buiten_gebied"),
        ("dk", "onbekend"),
        (None, "onbekend"),
        ("", "onbekend"),
        ("buiten_gebied", "onbekend"),  # a row, never an answer
    ],
)
def test_an_answer_about_the_wijk_counts_in_one_row(answer: str | None, row: str) -> None:
    assert load_programme(SURVEYS).row_of(answer) == row


def test_another_city_brings_its_own_pillars_wijken_desk_and_thresholds() -> None:
    dordt_west, other = load_programme(SURVEYS), load_programme(SURVEYS / "voorbeeldstad")
    assert [pillar.key for pillar in other.pillars] == ["wonen", "jeugd", "veilig", "werk", "overig"]
    assert other.row_of("molenkwartier") == "molenkwartier"
    assert other.row_of("wielwijk") == "onbekend"
    assert len(other.in_scope) == 4
    assert other.thresholds.resident == 12
    assert other.contact != dordt_west.contact
    assert (SURVEYS / "voorbeeldstad" / str(other.words)).is_file()


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        **{
            '"GM0505"': '"0505"',
            "resident = 10": "resident = 4",
            'pillar = "leren"\ntext = "Meer kinderen': 'pillar = "lerne"\ntext = "Meer kinderen',
            '"BU05050300"': '"BU5050300"',
            '"BU05050401"': '"BU05050400"',
            'walk_in = "': 'walkin = "',
            '"pl"': '"polski"',
            '"professionals-2026"': '"professionals-2027"',
        },
    )
    told = mistakes(folder)
    assert [line for line in told if "does not lie in 0505" in line] != []
    assert [line for line in told if "does not lie in 0505" not in line] == [
        r"gemeente_code: String should match pattern '^GM\d{4}$'",
        "contact, walk_in: Field required",
        "contact, walkin: Unexpected keyword argument",
        "thresholds, resident: Input should be greater than or equal to 5",
        r"wijk 1, buurt 1, code: String should match pattern '^BU\d{8}$'",
        "buurt, code: BU05050400 stands there 2 times",
        "goal 5, pillar: lerne is not a pillar that can have goals",
        "wijk oud_krispijn, buurt: BU5050300 does not lie in WK050503",
        "languages: polski is not a language code",
        "surveys: there is no file professionals-2027.toml beside it",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("resident = 10", "resident = true", "thresholds, resident: Input should be a valid integer"),
        ("vintage = 2022", 'vintage = "2022"', "vintage: Input should be a valid integer"),
        ('key = "overig"', 'key = "rest"', 'pillar: "overig" is missing; answers that fit nowhere else need it'),
        ('pillar = "werk"', 'pillar = "overig"', "goal 7, pillar: overig is not a pillar that can have goals"),
        ("number = 2\n", "number = 1\n", "goal, number: 1 stands there 2 times"),
        ('key = "wielwijk"', 'key = "buiten_gebied"', "wijk, key: buiten_gebied has a meaning of its own; choose another key"),
        ('"elders"]', '"wielwijk"]', "outside: wielwijk cannot be both outside and a wijk or an unknown"),
        ("WK050507", "WK050517", "wijk wielwijk, buurt: BU05050700 does not lie in WK050517"),
        ('languages = ["nl", ', "languages = [", 'languages: "nl" is missing; the texts are written in it'),
        ('name = "Dordt West"', 'name = " "', r"name: String should match pattern '\S'"),
        ('outside_name = "', 'words = "geen.toml"\noutside_name = "', "words: there is no file geen.toml beside it"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_reason(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert mistakes(written(tmp_path, **{old: new}))[0] == told


def test_a_threshold_may_go_down_to_five_and_no_further(tmp_path: Path) -> None:
    assert load_programme(written(tmp_path, **{"resident = 10": "resident = 5"})).thresholds.resident == 5
    assert mistakes(written(tmp_path, **{"resident = 10": "resident = 4"})) == [
        "thresholds, resident: Input should be greater than or equal to 5"
    ]


def test_a_wijk_without_a_buurt_in_scope_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, **{'Crabbehof-Zuid", in_scope = true': 'Crabbehof-Zuid", in_scope = false'})
    assert len(load_programme(folder).in_scope) == 28
    folder = written(
        tmp_path,
        **{
            'Crabbehof-Zuid", in_scope = true': 'Crabbehof-Zuid", in_scope = false',
            'Crabbehof-Noord", in_scope = true': 'Crabbehof-Noord", in_scope = false',
        },
    )
    assert mistakes(folder) == ["wijk crabbehof, buurt: none is in scope"]


@pytest.mark.parametrize("content", [b"key = ", b"\xff\xfe", b""])
def test_a_file_that_is_no_programme_at_all_is_told_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "programme.toml").write_bytes(content)
    assert mistakes(tmp_path) != []


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    assert mistakes(tmp_path) == ["cannot be read: No such file or directory"]
