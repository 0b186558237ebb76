"""A page read strictly: every tag closed in its order, every table cell headed."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br", "path", "circle", "rect", "img"}


class Page(HTMLParser):
    """What a page says and how it is built; a tag out of place is an AssertionError."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        assert text.startswith("<!DOCTYPE html>")
        self.feed(text)
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.tags if name == tag]

    @property
    def headings(self) -> list[int]:
        return [int(name[1]) for name, _ in self.tags if name in ("h1", "h2", "h3")]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


def check_page(text: str) -> Page:
    """Read a page and hold it to what every document promises."""
    page = Page(text)
    (html,) = page.attributes("html")
    assert html["lang"] == "en-GB"
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    # No heading skips a level on the way down.
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)
    assert all(found.get("scope") for found in page.attributes("th"))
    named = {name for name, _ in page.tags}
    assert not named & {"script", "link", "img", "iframe", "form"}
    # Nothing is fetched, from nowhere.
    assert "http" not in text.replace("http-equiv", "")
    assert all(found.get("aria-label") for found in page.attributes("svg"))
    return page
