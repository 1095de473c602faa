"""Settings that can't be meant are said at the start, all at once."""

import pytest

from eventflow.config import Settings, SettingsMissing

GIVEN = {
    "DATABASE_URL": "postgresql://localhost/eventflow",
    "REDIS_URL": "redis://localhost",
    "SECRET_KEY": "a key for tests and for nothing else",
    "DATA_KEY": "another key for tests and for nothing else",
}
PRODUCTION = {
    "EVENTFLOW_ENV": "production",
    "STRIPE_SECRET_KEY": "sk",
    "STRIPE_WEBHOOK_SECRET": "whsec",
    "SMTP_URL": "smtp://localhost",
}


def test_what_is_missing_is_said_at_once():
    with pytest.raises(SettingsMissing) as said:
        Settings.from_environment({"DATABASE_POOL": "many", "SECRET_KEY": " "})
    for part in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATA_KEY", "DATABASE_POOL"):
        assert part in str(said.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"LOG_LEVEL": "chatty"}, "LOG_LEVEL is one of DEBUG"),
        ({"EVENTFLOW_ENV": "staging"}, "EVENTFLOW_ENV is one of"),
        ({"STRIPE_SECRET_KEY": "sk"}, "go together"),
        (PRODUCTION | {"FLASK_DEBUG": "1"}, "never runs with debug on"),
        (PRODUCTION | {"SMTP_URL": ""}, "set SMTP_URL"),
    ],
)
def test_what_cannot_be_meant_does_not_start(wrong, said):
    with pytest.raises(SettingsMissing, match=said):
        Settings.from_environment(GIVEN | wrong)


def test_debug_that_is_off_is_off():
    settings = Settings.from_environment(GIVEN | PRODUCTION | {"FLASK_DEBUG": "0"})
    assert settings.is_production
