import threading
import time

import pytest

from eventflow.accounts import passwords
from eventflow.errors import Invalid
from tests.marks import MARKED, at_once


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password123",
        "Password2026!",
        "P4ssw0rd!!!!!",
        "passwordpassword",
        "1234567890",
        "0987654321x",
        "qwertyuiop",
        "aaaaaaaaaaaa",
        "abababababab",
        "Summer2026!!",
        "olivia2026!!",
        "x" * 201,
    ],
)
def test_what_guessers_try_first_is_refused(password):
    with pytest.raises(Invalid) as refusal:
        passwords.check_strength(password, about=("olivia", "Olivia Owner"))
    assert "password" in refusal.value.fields


@pytest.mark.parametrize(
    "password",
    ["a walk along the quay", "tr4ctor-beams", "Grünkohl & Pinkel", "correct horse", "7hK!pq02_zz"],
)
def test_what_they_would_not_is_taken(password):
    assert passwords.weakness(password, about=("olivia", "Olivia Owner")) is None


def test_a_password_fits_its_hash_and_no_other():
    hashed = passwords.hash_password("a walk along the quay")

    assert hashed.startswith("$argon2id$")
    assert "quay" not in hashed
    assert passwords.matches("a walk along the quay", hashed)
    assert not passwords.matches("a walk along the key", hashed)
    assert not passwords.matches("a walk along the quay", None)
    assert not passwords.matches(passwords.NOBODYS, None)
    assert not passwords.matches("a walk along the quay", "not a hash")


def test_the_same_letters_typed_another_way_are_the_same_password():
    hashed = passwords.hash_password("caf\N{LATIN SMALL LETTER E WITH ACUTE} am Ufer")
    assert passwords.matches("cafe\N{COMBINING ACUTE ACCENT} am Ufer", hashed)


def test_a_password_too_long_to_be_anybodys_is_wrong_after_the_same_work(monkeypatch):
    hashed = passwords.hash_password("a walk along the quay")
    worked = []

    class Hasher:
        def verify(self, hashed, password):
            worked.append(hashed)
            return True

    monkeypatch.setattr(passwords, "_hasher", Hasher())
    monkeypatch.setattr(passwords, "_nobodys", lambda: "nobody's")

    with at_once():
        assert not passwords.matches(MARKED, hashed)
        assert not passwords.matches(MARKED, None)

    assert worked == ["nobody's", "nobody's"]


def test_nobody_chooses_one_that_they_could_not_sign_in_with():
    longest = "a walk along the quay " * 45
    assert passwords.matches(longest, passwords.hash_password(longest))

    with at_once(), pytest.raises(Invalid) as refusal:
        passwords.hash_password(MARKED)
    assert refusal.value.fields["password"] == "Use at most 1000 characters."


def test_few_are_worked_on_at_once(monkeypatch):
    at_once, most = 0, 0
    lock = threading.Lock()

    class Slow:
        def hash(self, _password):
            nonlocal at_once, most
            with lock:
                at_once += 1
                most = max(most, at_once)
            time.sleep(0.02)
            with lock:
                at_once -= 1
            return "hashed"

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [threading.Thread(target=passwords.hash_password, args=("x",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 2


def test_whoever_would_wait_too_long_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(passwords, "_PATIENCE", 0.01)
    monkeypatch.setattr(passwords, "_turns", threading.BoundedSemaphore(1))
    with passwords._turn(), pytest.raises(passwords.TooManyAtOnce) as refusal:
        passwords.hash_password("x")
    assert refusal.value.status == 503


def test_an_old_hash_is_renewed_at_the_next_sign_in(app, door, olivia, monkeypatch):
    from argon2 import PasswordHasher

    from eventflow.accounts import people
    from eventflow.tenancy import acting_for
    from tests.people import PASSWORD

    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    )
    door.post("/sign-in", data={"email": olivia.email, "password": PASSWORD})

    with acting_for(None):
        renewed = people.get(olivia.id).password_hash
    assert renewed != olivia.password_hash
    assert "m=16,t=2" in renewed
