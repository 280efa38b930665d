"""Room staff: passwords: kept as argon2 hashes, checked in the same time whoever asks, and weak ones refused."""

import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from app.codes import LENGTH, LETTERS
from app.forms import Typed

SHORTEST, LONGEST = 12, 200
FEWEST_SIGNS = 5
OFTEN_USED = """
wachtwoord password passwort welkom welcome geheim secret letmein inloggen qwerty qwertyuiop azerty azertyuiop asdfghjkl zxcvbnm abc abcdef
abcdefgh abcdefghijkl wachtwoordwachtwoord passwordpassword welkomwelkom iloveyou admin administrator beheerder programmabureau gemeente
dordrecht dordtwest wijkstem wijkgesprek feyenoord welkomdordrecht welkombijwijkstem wachtwoordwijkstem
"""
WORST = frozenset(OFTEN_USED.split())
DIGITS = "1234567890" * 21
argon2 = PasswordHash.recommended()
few_at_once = BoundedSemaphore(4)  # each check takes 64 MB: a crowd of guessers must not take all there is


def hash_password(password: str) -> str:
    with few_at_once:
        return argon2.hash(_bytes(password))


def is_right(password: str, kept: str | None) -> tuple[bool, str | None]:
    """Whether this is the password, and its new hash when the old one was made with other parameters. Nobody's password takes as long."""
    nobodys = _nobodys()
    with few_at_once:
        try:
            right, renewed = argon2.verify_and_update(_bytes(password), kept or nobodys)
        except UnknownHashError:
            argon2.verify(_bytes(password), nobodys)
            return False, None
    return right and kept is not None, renewed


@cache
def _nobodys() -> str:
    return argon2.hash(secrets.token_bytes(16))


def _bytes(password: str) -> bytes:
    """Keyboards write the same letter in different ways."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def typed_password(typed: Typed, name: str) -> str:
    """As it was typed: white space is part of it."""
    return "".join(typed.get(name, ("",))[-1:])


def weakness(password: str, name: str) -> str:
    """Why this cannot be a password: short, long, name or worst; "" when it can."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    letters = _letters(password)
    if letters and letters == _letters(name):
        return "name"
    return "worst" if letters in WORST or password in DIGITS or len(set(password)) < FEWEST_SIGNS else ""


def _letters(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalpha())


def one_time_password() -> str:
    """Easy to read aloud and to type: three groups of four."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))
