"""Rate limits: how often one address, visitor, account or token may do one kind of thing.

All limits are in the table below; a view names its own: `@limited("purchase")`. They are counted
in Redis, all those of one request in one round trip. When Redis is away each process counts for
itself, and asks Redis again only every few seconds: a limit may then be a little generous, but no
buyer waits for it and none is turned away by it.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic
from typing import Any, ParamSpec, TypeVar

import redis
from flask import Flask, current_app, has_request_context, request, session
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests

from eventflow import mail_addresses, metrics
from eventflow.locale import format_duration

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Limit:
    most: int
    seconds: int
    by: str
    """Who is counted: a name in `WHO`."""


LIMITS: dict[str, tuple[Limit, ...]] = {
    # The second one slows down guessing at one account; the third one guessing from many
    # addresses, and leaves its owner room: whoever guesses must not lock them out.
    "sign_in": (
        Limit(10, MINUTE, "address"),
        Limit(5, 15 * MINUTE, "account_from_here"),
        Limit(60, 15 * MINUTE, "account"),
    ),
    "sign_up": (Limit(20, HOUR, "address"),),
    # Each of these sends somebody a mail.
    "mail_link": (Limit(20, HOUR, "address"), Limit(3, 15 * MINUTE, "account")),
    "resend": (Limit(60, HOUR, "address"), Limit(5, HOUR, "order")),
    # A whole school or office may buy from one address the minute a sale opens.
    "purchase": (Limit(600, MINUTE, "address"), Limit(60, MINUTE, "visitor")),
    "promo_code": (Limit(60, MINUTE, "address"), Limit(15, MINUTE, "visitor")),
    # A page opened with a code asks every few seconds how its seats stand.
    "presale_code": (Limit(1200, MINUTE, "address"),),
    "api": (Limit(1200, MINUTE, "token_or_address"),),
    # Ten volunteers pair their phones at one access point; nobody guesses 50 bits at this pace.
    "pairing": (Limit(20, MINUTE, "address"),),
    "upload": (Limit(60, HOUR, "address"),),
    "search": (Limit(120, MINUTE, "address"),),
}


def address() -> str | None:
    """The address of the browser, as far as TRUSTED_PROXIES lets us know it."""
    given = request.remote_addr
    if given and ":" in given:
        # Whoever has one address of IPv6 has a whole /64 of them.
        parsed = ip_address(given.split("%")[0])
        if isinstance(parsed, IPv6Address):
            if parsed.ipv4_mapped:
                return str(parsed.ipv4_mapped)
            return parsed.exploded[:19]
    return given


def visitor() -> str | None:
    """The browser, once it carries a session of ours."""
    if "HTTP_COOKIE" not in request.environ:
        return None
    return session.get("buyer") or session.get("sign_in")


def account() -> str | None:
    """The account somebody tries to get into."""
    return _named(request.form.get("email", "")) or None


def _named(email: str) -> str:
    """One name for all spellings of a mail address, as signing in knows them: none is a new try."""
    return mail_addresses.normal(email) or email.strip()[: mail_addresses.LONGEST].casefold()


def account_from_here() -> str | None:
    named = account()
    return _from_here(named) if named else None


def _from_here(named: str) -> str:
    return f"{named} from {address()}"


def token_or_address() -> str | None:
    given = request.headers.get("Authorization", "")
    return given[7:] if given[:7].lower() == "bearer " else address()


def order() -> str | None:
    code = (request.view_args or {}).get("code")
    return f"{request.host} {code}" if code else None


WHO: dict[str, Callable[[], str | None]] = {
    "address": address,
    "visitor": visitor,
    "account": account,
    "account_from_here": account_from_here,
    "token_or_address": token_or_address,
    "order": order,
}


def init_app(app: Flask) -> None:
    app.extensions["limits"] = None
    if app.config["RATELIMIT_ENABLED"]:
        app.extensions["limits"] = _Counters(app.config["REDIS_URL"])


def limited(*names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: count a call of this view against the named limits, before anything else.

    Several names in one decorator are one round trip: `@limited("api", "purchase")`.
    """
    _known(names)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            check(*names)
            return view(*args, **kwargs)

        return counted

    return decorate


def guard(*names: str) -> Callable[[], None]:
    """The same for a whole blueprint: `bp.before_request(guard("api"))`."""
    _known(names)
    return lambda: check(*names)


def check(*names: str, **who: str) -> None:
    """Count this request; TooManyRequests when it is one too many.

    Who is counted can be said where the request alone does not tell: `check("resend", order=code)`.
    """
    counters: _Counters | None = current_app.extensions["limits"]
    if counters is None:
        return
    counted: list[tuple[str, Limit]] = []
    for name in names:
        for limit in LIMITS[name]:
            someone = who.get(limit.by) or WHO[limit.by]()
            if someone:
                counted.append((_key(name, limit, someone), limit))
    if counted and (wait := counters.count(counted)):
        metrics.rate_limited(names[-1])
        seconds = ceil(wait)
        told = format_duration(_roughly(seconds))
        raise TooManyRequests(
            _("Too many attempts. Please try again in %(time)s.", time=told), retry_after=seconds
        )


def _roughly(seconds: int) -> int:
    """From two minutes on in whole ones, rounded up: nobody counts the seconds of an hour."""
    return seconds if seconds < 120 else ceil(seconds / 60) * 60


def forgive(name: str, **who: str) -> None:
    """Forget what was counted for someone, as after a sign-in with the right password."""
    counters: _Counters | None = current_app.extensions["limits"]
    if counters is not None:
        if "account" in who:
            who["account"] = _named(who["account"])
            if has_request_context():
                who["account_from_here"] = _from_here(who["account"])
        counters.forget(
            [_key(name, limit, who[limit.by]) for limit in LIMITS[name] if limit.by in who]
        )


def _known(names: tuple[str, ...]) -> None:
    for name in names:
        if name not in LIMITS:
            raise KeyError(f"there is no rate limit called {name!r}")


def _key(name: str, limit: Limit, someone: str) -> str:
    # Hashed: whose address or account it was is nothing Redis has to know.
    return f"limit:{name}:{limit.by}:{blake2b(someone.encode(), digest_size=12).hexdigest()}"


class _Counters:
    """Counts within fixed windows: in Redis while it answers, in this process otherwise."""

    ASK_AGAIN_AFTER = 5.0

    # Answers how many milliseconds to wait, 0 when nothing is over its limit. PTTL is negative
    # for a counter that lost its expiry, which nothing but a person at the console can do.
    SCRIPT = """
        local wait = 0
        for i, key in ipairs(KEYS) do
            local count = redis.call('INCR', key)
            local left = count > 1 and redis.call('PTTL', key) or -1
            if left < 0 then
                left = tonumber(ARGV[2 * i])
                redis.call('PEXPIRE', key, left)
            end
            if count > tonumber(ARGV[2 * i - 1]) and left > wait then wait = left end
        end
        return wait
    """

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=0.1, socket_timeout=0.2)
        self._script = self._redis.register_script(self.SCRIPT)
        self._lock = threading.Lock()
        self._away_until = 0.0
        self._here = _HereCounters()

    def count(self, counted: list[tuple[str, Limit]]) -> float:
        """How many seconds to wait; 0.0 when within all limits."""
        if self._worth_asking():
            try:
                arguments: list[int] = []
                for _key, limit in counted:
                    arguments += (limit.most, limit.seconds * 1000)
                wait: Any = self._script(keys=[key for key, _limit in counted], args=arguments)
            except redis.RedisError as error:
                self._went_away(error)
            else:
                self._away_until = 0.0
                return int(wait) / 1000
        return max(self._here.count(key, limit) for key, limit in counted)

    def forget(self, keys: list[str]) -> None:
        self._here.forget(keys)
        if keys and self._worth_asking():
            try:
                self._redis.delete(*keys)
            except redis.RedisError as error:
                self._went_away(error)

    def _worth_asking(self) -> bool:
        if not self._away_until:
            return True
        with self._lock:
            if monotonic() < self._away_until:
                return False
            # One request tries; the others do not wait for what it finds.
            self._away_until = monotonic() + self.ASK_AGAIN_AFTER
            return True

    def _went_away(self, error: redis.RedisError) -> None:
        with self._lock:
            first = not self._away_until
            self._away_until = monotonic() + self.ASK_AGAIN_AFTER
        if first:
            log.warning("redis is away, each process counts its own rate limits: %s", error)


class _HereCounters:
    """The same windows, in this process only."""

    MOST_KEYS = 20_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, float]] = {}

    def count(self, key: str, limit: Limit) -> float:
        at = monotonic()
        with self._lock:
            count, ends = self._windows.get(key, (0, 0.0))
            if ends <= at:
                count, ends = 0, at + limit.seconds
            self._windows[key] = (count + 1, ends)
            if len(self._windows) > self.MOST_KEYS:
                self._make_room(at)
        return ends - at if count + 1 > limit.most else 0.0

    def forget(self, keys: list[str]) -> None:
        with self._lock:
            for key in keys:
                self._windows.pop(key, None)

    def _make_room(self, at: float) -> None:
        self._windows = {key: held for key, held in self._windows.items() if held[1] > at}
        for key in list(self._windows)[: max(0, len(self._windows) - self.MOST_KEYS // 2)]:
            del self._windows[key]
