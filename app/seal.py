"""Shared floor: seals what is kept of somebody's needs, so that a copy of the database alone does not tell it."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from app.settings import Settings


def seal(settings: Settings, words: str) -> str:
    """Seal a text with the installation's field key; nothing stays nothing."""
    return _lock(settings).encrypt(words.encode()).decode() if words else ""


def unseal(settings: Settings, sealed: str) -> str | None:
    """The text again; None when it was sealed with another key."""
    try:
        return _lock(settings).decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return None


def _lock(settings: Settings) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"field:" + settings.seal_key).digest()))
