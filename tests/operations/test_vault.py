import pytest
from flask import Flask

from eventflow import vault


def app_with(data_key):
    app = Flask("box-office")
    app.config["DATA_KEY"] = data_key
    vault.init_app(app)
    return app


def test_a_sealed_secret_opens_again_and_does_not_show():
    with app_with(vault.new_key()).app_context():
        sealed = vault.seal("sk_live_of_riverside")
        assert "riverside" not in sealed
        assert vault.open_sealed(sealed) == "sk_live_of_riverside"


def test_the_same_secret_is_never_sealed_alike():
    with app_with(vault.new_key()).app_context():
        assert vault.seal("same") != vault.seal("same")


def test_an_old_key_still_opens_after_a_new_one_came():
    old, new = vault.new_key(), vault.new_key()
    with app_with(old).app_context():
        sealed = vault.seal("secret")
    with app_with(f"{new}, {old}").app_context():
        assert vault.open_sealed(sealed) == "secret"
        resealed = vault.reseal(sealed)
    with app_with(new).app_context():
        assert vault.open_sealed(resealed) == "secret"
        with pytest.raises(vault.CannotOpen):
            vault.open_sealed(sealed)
        with pytest.raises(vault.CannotOpen):
            vault.reseal(sealed)


def test_an_altered_secret_is_refused():
    with app_with(vault.new_key()).app_context():
        sealed = vault.seal("secret")
        middle = len(sealed) // 2
        altered = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
        with pytest.raises(vault.CannotOpen):
            vault.open_sealed(altered)


def test_a_key_that_lost_its_padding_is_the_same_key():
    key = vault.new_key()
    sealed = vault.keyring(key).encrypt(b"secret")
    assert vault.keyring(key.rstrip("=")).decrypt(sealed) == b"secret"


def test_any_long_phrase_is_a_key_and_a_short_one_is_refused():
    phrase = "the ushers sing quietly before the doors open"
    sealed = vault.keyring(phrase).encrypt(b"secret")
    assert vault.keyring(phrase).decrypt(sealed) == b"secret"
    with pytest.raises(ValueError, match="32 characters"):
        vault.keyring("short")
    with pytest.raises(ValueError, match="empty"):
        vault.keyring(" , ")


def test_tokens_say_what_they_are_and_never_repeat():
    tokens = {vault.new_token("ef_api") for _ in range(200)}
    assert len(tokens) == 200
    assert all(token.startswith("ef_api_") and len(token) == 50 for token in tokens)


def test_a_token_matches_its_hash_and_no_other():
    token = vault.new_token("ef_api")
    hashed = vault.hash_token(token)
    assert token not in hashed
    assert vault.matches(token, hashed)
    assert not vault.matches(token + "x", hashed)
