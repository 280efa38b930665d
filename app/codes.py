"""Shared floor: codes that people type: 12 characters without 0, O, 1 and I; case and spaces do not matter; only a hash is kept."""

import hashlib
import hmac
import unicodedata

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 12
UNSEEN = {"Cf", "Pd"}  # marks of direction that come along with a copy, and dashes of every length


def receipt_of(secret: bytes, key: str) -> str:
    """The receipt code of a response. It follows from the response's key, so it can be shown again without being stored."""
    return _code_from(secret, f"receipt:{key}")


def registration_code(secret: bytes, key: str) -> str:
    """The same for who registered for a wijkgesprek: each later letter names it again."""
    return _code_from(secret, f"registration:{key}")


def _code_from(secret: bytes, what: str) -> str:
    digest = hmac.digest(secret, what.encode(), hashlib.sha256)
    number = int.from_bytes(digest[:8])
    return "".join(LETTERS[number >> 5 * place & 31] for place in range(LENGTH))


def code_hash(secret: bytes, code: str) -> str:
    """What is stored of a code: without the secret of this installation it cannot be tried out."""
    return hmac.new(secret, b"code:" + code.encode(), hashlib.sha256).hexdigest()


def read_code(typed: str) -> str | None:
    """What a person typed as a code, or None when it cannot be one. Digits of any script count: a phone in Arabic or Persian types its own."""
    plain = "".join(str(unicodedata.digit(letter)) if letter.isdigit() else letter for letter in typed[:80])
    shown = "".join(
        letter for letter in plain if unicodedata.category(letter) not in UNSEEN and not letter.isspace() and letter not in "._"
    )
    code = unicodedata.normalize("NFKC", shown).upper()
    return code if len(code) == LENGTH and all(letter in LETTERS for letter in code) else None


def in_groups(code: str) -> str:
    """For reading and writing down: three groups of four."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))
