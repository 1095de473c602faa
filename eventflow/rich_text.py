"""Rich text: what organizers write, in Markdown, and what of it reaches a page.

Two locks, either of which would do. The reader of Markdown passes no HTML through, and what it
writes is cleaned against a short list of what may be there.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

LONGEST = 50_000
"""Characters; the rest is cut off, so that nobody's text takes a second to read."""

_TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote"),
    *("strong", "em", "s", "code", "pre", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_FIRST_HEADING = 3
"""The page has the first two: its own title and its sections."""


def _reader() -> MarkdownIt:
    # People press return once and mean a new line.
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True})
    reader.enable(["strikethrough", "table"])
    reader.add_render_rule("image", _in_place_of_an_image)
    reader.core.ruler.push("headings", _lower_headings)
    return reader


def _in_place_of_an_image(
    _renderer: Any, tokens: list[Token], index: int, _options: Any, _env: Any
) -> str:
    # An image would tell another site who reads this page. Its description is text like any.
    return str(escape(tokens[index].content))


def _lower_headings(state: Any) -> None:
    """Below the page's own headings, and none skipped: whoever listens goes by their levels."""
    above: list[tuple[int, int]] = []
    for token in state.tokens:
        if token.type == "heading_open":
            written = int(token.tag[1])
            while above and above[-1][0] >= written:
                above.pop()
            above.append((written, above[-1][1] + 1 if above else _FIRST_HEADING))
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, above[-1][1])}"


_markdown = _reader()


@lru_cache(maxsize=128)
def render(markdown: str) -> Markup:
    """Safe HTML: text, lists, links, headings from the third level on, and no images."""
    html = _markdown.render(markdown[:LONGEST])
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    )
    return Markup(clean)  # noqa: S704 -- this is what the list above was for


def plain(markdown: str, limit: int | None = None) -> str:
    """The words alone, on one line, for previews and descriptions; cut between two words."""
    words = " ".join("".join(_texts(_markdown.parse(markdown[:LONGEST]))).split())
    if limit is None or len(words) <= limit:
        return words
    cut = words[: limit - 1]
    if words[limit - 1] != " " and " " in cut:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:.-–—") + "…"


def _texts(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield from _texts(token.children or [])
        elif token.type in ("text", "code_inline", "code_block", "fence", "image"):
            yield token.content
        # Between two blocks, and where a line was broken.
        if token.block or token.type in ("softbreak", "hardbreak"):
            yield " "
