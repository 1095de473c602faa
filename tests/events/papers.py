"""Forms as a browser without script fills them in: what a page offers, and nothing else."""

from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict

PRICES = "/manage/events/winter-gala/edit/3"


class Paper(HTMLParser):
    """The form of this id on a page: its fields as they stand, and its buttons."""

    def __init__(self, html: str, form: str = "wizard"):
        super().__init__()
        self.id = form
        self.action = ""
        self.fields: MultiDict[str, str] = MultiDict()
        self.buttons: list[tuple[str, str]] = []
        self._inside = False
        self._text: str | None = None
        self._select: str | None = None
        self._said: list[str] | None = None
        self.feed(html)

    def fill(self, **values: str | None) -> "Paper":
        """Type into fields that are there; None takes a tick away."""
        for name, value in values.items():
            self.put(name, value)
        return self

    def put(self, name: str, *values: str | None) -> "Paper":
        assert name in self.names, f"the form has no field {name}"
        self.fields.setlist(name, [value for value in values if value is not None])
        return self

    def press(self, browser, name: str = "go", value: str = "next"):
        assert (name, value) in self.buttons, f"no button says {name}={value}"
        return browser.post(
            self.action, data=MultiDict([*self.fields.items(multi=True), (name, value)])
        )

    def key(self, place: int, kind: str = "tier") -> str:
        return self.fields.getlist(kind)[place]

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self._inside = attrs.get("id") == self.id
            if self._inside:
                self.action = attrs["action"]
            return
        if not (attrs["form"] == self.id if "form" in attrs else self._inside):
            return
        name, value = attrs.get("name"), attrs.get("value") or ""
        if tag == "button":
            self.buttons.append((name, value))
        elif tag == "textarea":
            self._text, self._said = name, []
            self.names.add(name)
        elif tag == "select":
            self._select = name
            self.names.add(name)
        elif tag == "option" and "selected" in attrs and self._select:
            self.fields.add(self._select, value)
        elif tag == "input" and name:
            self.names.add(name)
            if attrs.get("type") not in ("radio", "checkbox") or "checked" in attrs:
                self.fields.add(name, value)

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._text:
            self.fields.add(self._text, "".join(self._said or []).removeprefix("\n"))
            self._text = self._said = None

    def handle_data(self, data):
        if self._said is not None:
            self._said.append(data)

    def reset(self):
        super().reset()
        self.names: set[str] = set()


def paper(browser, path: str) -> Paper:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.status
    return Paper(answer.text)


def put(form: Paper, key: str, **values) -> Paper:
    for name, value in values.items():
        form.put(f"tier-{key}-{name}", value)
    return form


def add(form: Paper, browser) -> tuple[Paper, str]:
    form = Paper(form.press(browser, "do", "add").text)
    return form, form.fields.getlist("tier")[-1]
