import pytest

from eventflow.accounts import people
from eventflow.errors import Invalid
from tests.marks import MARKED, at_once


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Sam@Example.COM ", "sam@example.com"),
        ("sam+tickets@mail.example.com", "sam+tickets@mail.example.com"),
        ("o'neill@example.test", "o'neill@example.test"),
        ("sam@bücher.example", "sam@xn--bcher-kva.example"),
        ("sam@host.localhost", "sam@host.localhost"),
    ],
)
def test_an_address_is_kept_as_mail_servers_take_it(typed, kept):
    assert people.address(typed) == kept


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("sam@xn--bcher-kva.example", "sam@bücher.example"),
        ("sam@example.com", "sam@example.com"),
        ("sam@xn--zzzz.example", "sam@xn--zzzz.example"),  # is nobody's
        ("no address xn--", "no address xn--"),
    ],
)
def test_an_address_is_shown_as_people_write_it(kept, written):
    assert people.as_written(kept) == written


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Sam@bücher.example", "Sam@xn--bcher-kva.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("@bücher.example", "@xn--bcher-kva.example"),
        ("Zoë", "Zoë"),
        ("Sam@Example.com", "Sam@Example.com"),
    ],
)
def test_an_address_is_looked_for_as_it_is_kept(words, kept):
    assert people.as_kept(words) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "sam",
        "sam@",
        "@example.com",
        "sam@example",
        "sam@exa mple.com",
        "a@b@example.com",
        "sam@example..com",
        "Sam <sam@example.com>",
        "sam@[127.0.0.1]",
        "säm@example.com",
        "x" * 65 + "@example.com",
        "sam@" + "x" * 250 + ".com",
        "sam\x00@example.com",
        "sam@example.com\nBcc: all@example.com",
        "\udcff@example.com",
    ],
)
def test_what_is_none_is_refused(typed):
    with pytest.raises(Invalid) as refusal:
        people.address(typed)
    assert "sam@example.com" in refusal.value.fields["email"]


@pytest.mark.parametrize(
    "typed", [MARKED, f'"{MARKED}" <sam@example.com>', f"{MARKED}@example.com", f"sam@{MARKED}.com"]
)
def test_what_is_too_long_for_one_is_not_read(typed):
    with at_once(), pytest.raises(Invalid):
        people.address(typed)
    with at_once():
        assert people.as_written(f"{typed} xn--") == f"{typed} xn--"
        assert people.as_kept(typed) == typed
