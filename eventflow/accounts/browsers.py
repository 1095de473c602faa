"""Browsers, as people call them: enough to recognise one's own in a list."""

from flask_babel import gettext as _

# The first that fits: most browsers also claim to be those further down.
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python", "Python"),
)
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def in_words(agent: str) -> str:
    """ "Firefox on Windows", from what a browser says of itself."""
    program = next((name for mark, name in _PROGRAMS if mark in agent), None)
    machine = next((name for mark, name in _MACHINES if mark in agent), None)
    if program and machine:
        return _("%(browser)s on %(machine)s", browser=program, machine=machine)
    return program or machine or _("A browser we do not know")
