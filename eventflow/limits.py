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
    # Free, or paid later. A whole school may sit behind one address, and programs of others may
    # collect for one buyer: this is against a mailbox or a house that somebody fills by machine.
    "order_without_payment": (Limit(3000, HOUR, "address"), Limit(200, HOUR, "buyer")),
    # Whoever comes back from paying has the provider asked, which may take seconds and isn't free.
    # One too many is not refused: nobody is asked, and the page waits as for any news.
    "came_back": (Limit(30, MINUTE, "address"),),
    "payment_look": (Limit(1, 5, "order"),),
    # Codes of presales that open nothing: whoever has a right one is never counted.
    "wrong_code": (Limit(60, MINUTE, "address"), Limit(15, MINUTE, "visitor")),
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
        try:
            parsed = ip_address(given.split("%")[0])
        except ValueError:
            return given  # A proxy's own way of writing.
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


def buyer() -> str | None:
    """Whom the mails of an order go to."""
    return _named(request.form.get("buyer_email", "")) or None


def order() -> str | None:
    code = (request.view_args or {}).get("code")
    return f"{request.host} {code}" if code else None


WHO: dict[str, Callable[[], str | None]] = {
    "address": address,
    "visitor": visitor,
    "account": account,
    "account_from_here": account_from_here,
    "token_or_address": token_or_address,
    "buyer": buyer,
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
    if (counters := _counters()) and (wait := counters.count(_counted(names, who))):
        raise _too_many(names[-1], wait)


def allows(*names: str, **who: str) -> bool:
    """Count this request; False when it is one too many. For what is left undone then."""
    counters = _counters()
    return counters is None or not counters.count(_counted(names, who))


def look(*names: str, **who: str) -> None:
    """TooManyRequests when these limits leave no room for one more; nothing is counted.

    For what is only worth counting once it turned out so: see `note`.
    """
    if (counters := _counters()) and (wait := counters.look(_counted(names, who))):
        raise _too_many(names[-1], wait)


def note(name: str, what: str, **who: str) -> None:
    """Count this, once however often it comes. Nobody is refused before the next `look`."""
    if counters := _counters():
        counters.count(_counted((name,), who), once=_hashed(what))


def _counters() -> "_Counters | None":
    counters: _Counters | None = current_app.extensions["limits"]
    return counters


def _counted(names: tuple[str, ...], who: dict[str, str]) -> list[tuple[str, Limit]]:
    """The key of everybody that these limits count, and by which of them."""
    return [
        (_key(name, limit, someone), limit)
        for name in names
        for limit in LIMITS[name]
        if (someone := who.get(limit.by) or WHO[limit.by]())
    ]


def _too_many(name: str, wait: float) -> TooManyRequests:
    metrics.rate_limited(name)
    seconds = ceil(wait)
    told = format_duration(_roughly(seconds))
    return TooManyRequests(
        _("Too many attempts. Please try again in %(time)s.", time=told), retry_after=seconds
    )


def _roughly(seconds: int) -> int:
    """From two minutes on in whole ones, rounded up: nobody counts the seconds of an hour."""
    return seconds if seconds < 120 else ceil(seconds / 60) * 60


def forgive(name: str, **who: str) -> None:
    """Forget what was counted for someone, as after a sign-in with the right password."""
    if counters := _counters():
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
    return f"limit:{name}:{limit.by}:{_hashed(someone)}"


def _hashed(text: str) -> str:
    # Whose address or account it was is nothing Redis has to know.
    return blake2b(text.encode(), digest_size=12).hexdigest()


class _Counters:
    """Counts within fixed windows: in Redis while it answers, in this process otherwise."""

    ASK_AGAIN_AFTER = 5.0

    # Answers how many milliseconds to wait, 0 when nothing is over its limit. PTTL is negative
    # for a counter that lost its expiry, which nothing but a person at the console can do.
    SCRIPT = """
        local wait, once = 0, ARGV[1]
        for i, key in ipairs(KEYS) do
            local most, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
            if once == '' or redis.call('SET', key .. ':' .. once, '', 'PX', window, 'NX') then
                local count = redis.call('INCR', key)
                local left = count > 1 and redis.call('PTTL', key) or -1
                if left < 0 then
                    left = window
                    redis.call('PEXPIRE', key, left)
                end
                if count > most and left > wait then wait = left end
            end
        end
        return wait
    """

    # The same of one more, which is not counted.
    LOOK = """
        local wait = 0
        for i, key in ipairs(KEYS) do
            if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[i]) then
                wait = math.max(wait, redis.call('PTTL', key))
            end
        end
        return wait
    """

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=0.1, socket_timeout=0.2)
        self._script = self._redis.register_script(self.SCRIPT)
        self._look = self._redis.register_script(self.LOOK)
        self._lock = threading.Lock()
        self._away_until = 0.0
        self._here = _HereCounters()

    def count(self, counted: list[tuple[str, Limit]], once: str = "") -> float:
        """How many seconds to wait; 0.0 when within all limits. `once`: what of its name was
        counted within its window before is not counted again."""
        sizes = [size for _key, limit in counted for size in (limit.most, limit.seconds * 1000)]
        wait = self._ask(self._script, counted, [once, *sizes])
        if wait is None:
            return max((self._here.count(key, limit, once) for key, limit in counted), default=0.0)
        return wait

    def look(self, counted: list[tuple[str, Limit]]) -> float:
        """How many seconds to wait until there is room for one more; 0.0 when there is."""
        wait = self._ask(self._look, counted, [limit.most for _key, limit in counted])
        if wait is None:
            return max((self._here.look(key, limit) for key, limit in counted), default=0.0)
        return wait

    def _ask(
        self, script: Callable[..., Any], counted: list[tuple[str, Limit]], arguments: list[Any]
    ) -> float | None:
        """What Redis says, in seconds; None while it is away."""
        if not counted:
            return 0.0
        if not self._worth_asking():
            return None
        try:
            wait = script(keys=[key for key, _limit in counted], args=arguments)
        except redis.RedisError as error:
            self._went_away(error)
            return None
        self._away_until = 0.0
        return int(wait) / 1000

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

    def count(self, key: str, limit: Limit, once: str = "") -> float:
        at = monotonic()
        with self._lock:
            if once:
                mark = f"{key}:{once}"
                if self._windows.get(mark, (0, 0.0))[1] > at:
                    return 0.0
                self._windows[mark] = (1, at + limit.seconds)
            count, ends = self._windows.get(key, (0, 0.0))
            if ends <= at:
                count, ends = 0, at + limit.seconds
            self._windows[key] = (count + 1, ends)
            if len(self._windows) > self.MOST_KEYS:
                self._make_room(at)
        return ends - at if count + 1 > limit.most else 0.0

    def look(self, key: str, limit: Limit) -> float:
        at = monotonic()
        with self._lock:
            count, ends = self._windows.get(key, (0, 0.0))
        return max(0.0, ends - at) if count >= limit.most else 0.0

    def forget(self, keys: list[str]) -> None:
        with self._lock:
            for key in keys:
                self._windows.pop(key, None)

    def _make_room(self, at: float) -> None:
        self._windows = {key: held for key, held in self._windows.items() if held[1] > at}
        for key in list(self._windows)[: max(0, len(self._windows) - self.MOST_KEYS // 2)]:
            del self._windows[key]
