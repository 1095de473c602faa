"""Passwords: what may be one, and how little of it is kept.

The promise kept here is that a stolen database gives up no password cheaply (argon2id), that
many sign-ins at once can't eat the memory of the machine, and that an address nobody has
takes as long to refuse as a wrong password. So does a password too long to be anybody's.
"""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask_babel import gettext as _

from eventflow.errors import Invalid, Refusal

SHORTEST = 10
LONGEST = 200
LONGEST_READ = 1000
"""Characters. Nobody's password is longer, operators' included: composing the characters of one
takes time that grows with the square of its marks."""
NOBODYS = "the password of an address that nobody has"
TOO_LONG = "what is worked on in place of a password that is too long"

# 32 MiB for a few hundredths of a second. At once, as many as a process has memory for.
_hasher = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(2)
_PATIENCE = 8.0

_RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_RUN = 6

# What people type when they are asked for ten characters, without its digits and decorations.
_COMMON_WORDS = """
    password passwort motdepasse contrasena contraseña wachtwoord senha parola passw passwd pass
    mypassword thepassword newpassword yourpassword passwordpassword passpass changeme changeit
    letmein letmeinplease letmeinnow welcome welcometo welcomeback willkommen bienvenue bienvenido
    iloveyou iloveyouso iloveu ilovemydog ilovemycat loveyou forever iloveyouforever
    admin administrator adminadmin root rootroot superuser supervisor sysadmin master webmaster
    guest default secret topsecret mysecret test testing tester testtest testpassword demo example
    login user username football baseball basketball volleyball superman batman spiderman
    wonderwoman starwars startrek pokemon minecraft fortnite computer internet samsung google
    facebook instagram microsoft windows monkey dragon shadow sunshine princess princesse
    prinzessin michael michelle jennifer jessica charlie liverpool chelsea arsenal barcelona
    realmadrid manchester manchesterunited juventus bayern schalke dortmund summer winter spring
    autumn sommer herbst fruehling january february march april june july august september october
    november december monday friday saturday sunday freedom whatever trustno trustnoone
    nothing something anything hello helloworld hellohello goodbye blink eminem metallica slipknot
    butterfly chocolate strawberry cheesecake elephant dolphin crocodile unicorn cookie
    correcthorsebatterystaple eventflow boxoffice ticket tickets ticketing concert theatre theater
    festival organizer
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_LEET = str.maketrans("013457@$!", "oieastasi")


class TooManyAtOnce(Refusal):
    """So many people sign in just now that this one would wait too long."""

    status = 503
    code = "unavailable"


def check_strength(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuse a password that guessers try first. `about` are words known of its owner."""
    if wrong := weakness(password, about=about):
        raise Invalid({"password": wrong})


def weakness(password: str, *, about: tuple[str, ...] = ()) -> str | None:
    """Why this would be a bad password, in a sentence; None if it is a fair one."""
    if len(password) < SHORTEST:
        return _("Use at least %(count)s characters.", count=SHORTEST)
    if len(password) > LONGEST:
        return _("Use at most %(count)s characters.", count=LONGEST)
    plain = password.casefold()
    if len(set(plain)) < 5:
        return _("Use more different characters.")
    if _is_mostly_a_run(plain):
        return _("Letters or digits in a row are guessed first. Use something else.")
    core = _core(plain)
    if core in _COMMON or _halved(core) in _COMMON:
        return _("This is among the passwords that are guessed first.")
    for word in about:
        word = _core(word.casefold())
        if len(word) >= 4 and word in core and len(core) - len(word) < 4:
            return _("This is too close to your name or address.")
    return None


def hash_password(password: str) -> str:
    """What is kept of a password."""
    if len(password) > LONGEST_READ:
        raise Invalid({"password": _("Use at most %(count)s characters.", count=LONGEST_READ)})
    with _turn():
        return _hasher.hash(_same(password))


def matches(password: str, hashed: str | None) -> bool:
    """Whether this is the password. Without a hash: no, after the same work."""
    if len(password) > LONGEST_READ:
        password, hashed = TOO_LONG, None
    with _turn():
        try:
            right = _hasher.verify(hashed or _nobodys(), _same(password))
        except (Argon2Error, InvalidHashError):
            return False
    return right and hashed is not None


def is_outdated(hashed: str) -> bool:
    """Whether it was hashed with less care than is taken now."""
    return _hasher.check_needs_rehash(hashed)


def hash_quickly() -> None:
    """For tests, which sign in hundreds of times: the same algorithm, with hardly any work."""
    global _hasher
    _hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    _nobodys.cache_clear()


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash(NOBODYS)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=_PATIENCE):
        raise TooManyAtOnce(
            _("Many people are signing in just now. Please try again in a moment."),
            headers={"Retry-After": "5"},
        )
    try:
        yield
    finally:
        _turns.release()


def _same(password: str) -> bytes:
    # The same characters, whichever way a keyboard composes them. A command line may hand over
    # bytes that are not text.
    composed = unicodedata.normalize("NFKC", password)
    return composed.encode("utf-8", errors="surrogateescape")


def _core(plain: str) -> str:
    """The word inside "P4ssw0rd!!2026"."""
    spoken = plain.strip("0123456789!?.,;:-_#*+$@ ").translate(_LEET)
    return "".join(letter for letter in spoken if letter.isalpha())


def _halved(core: str) -> str:
    half, odd = divmod(len(core), 2)
    return core[:half] if not odd and core[:half] == core[half:] else core


def _is_mostly_a_run(plain: str) -> bool:
    """Whether all but a few of its characters come in runs such as "123456" or "qwertz"."""
    left = plain
    for line in _RUNS:
        for run in (line, line[::-1]):
            for start in range(len(run) - _RUN + 1):
                size = _RUN
                if run[start : start + size] not in left:
                    continue
                while start + size < len(run) and run[start : start + size + 1] in left:
                    size += 1
                left = left.replace(run[start : start + size], "")
    return len(left) <= 3
