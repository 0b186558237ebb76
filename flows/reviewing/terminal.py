"""The review screen in a terminal: two records, one key for each answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer, Static

from flows.errors import PipelineError
from flows.reviewing.drawing import draw_question
from flows.reviewing.sitting import Sitting
from flows.settings import shows_faults

TOLD = {
    "link": "Kept: one person.",
    "unlink": "Kept: two people.",
    "not_sure": "Kept: not sure. It stays as the model has it.",
    "skip": "Skipped: it comes again in another sitting.",
    "undo": "Undone: asked again.",
}
"""What is said after each act, on the terminal and on the page."""


class ReviewScreen(App[None]):
    """Ask a sitting's questions until it is left or nothing is left to ask.

    Args:
        sitting: the questions; it keeps the answers.
    """

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #where, #told { height: auto; padding: 0 1; }
    #told { text-style: bold; }
    #question { padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "answer('link')", "same"),
        Binding("d", "answer('unlink')", "different"),
        Binding("n", "answer('not_sure')", "not sure"),
        Binding("k", "skip", "skip"),
        Binding("u", "take_back", "undo"),
        Binding("q", "quit", "quit"),
    ]

    def __init__(self, sitting: Sitting) -> None:
        """Begin at the sitting's current question."""
        super().__init__()
        self._sitting = sitting

    def compose(self) -> ComposeResult:
        """Lay out where one is, the question, what was done last, and the keys."""
        yield Static(id="where", markup=False)
        with VerticalScroll():
            yield Static(id="question")
        yield Static(id="told", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show the first question, with the keys that scroll it in reach."""
        self.query_one(VerticalScroll).focus()
        self._show("")

    def action_answer(self, verdict: str) -> None:
        """Keep an answer and go on."""
        self._act(lambda: self._sitting.answer(verdict), TOLD[verdict])

    def action_skip(self) -> None:
        """Pass the question over."""
        self._act(self._sitting.skip, TOLD["skip"])

    def action_take_back(self) -> None:
        """Undo the newest answer."""
        self._act(self._sitting.take_back, TOLD["undo"])

    def _act(self, act: Callable[[], Any], told: str) -> None:
        try:
            act()
        except PipelineError as error:
            told = str(error)
        self._show(told)

    def _show(self, told: str) -> None:
        question, sitting = self._sitting.current, self._sitting
        left = "nothing is left to ask" if question is None else f"{sitting.left} left"
        self.query_one("#where", Static).update(f"{sitting.answered} kept, {left}")
        self.query_one("#told", Static).update(told)
        shown = (
            draw_question(question) if question else "That is all. Press q to leave."
        )
        self.query_one("#question", Static).update(shown)
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _fatal_error(self) -> None:
        """Leave on a fault without the library's own words: they may quote a name."""
        if shows_faults():
            super()._fatal_error()
            return
        kind = type(self._exception).__name__
        self.panic(
            f"A fault in Commonground itself: {kind}. Answers so far are kept. To see "
            "it whole, where personal data may be shown: COMMONGROUND_SHOW_FAULTS=1"
        )


def run_screen(sitting: Sitting) -> int:
    """Run the review screen until the reviewer leaves it.

    Args:
        sitting: the questions.

    Returns:
        0, or 1 where a fault of our own ended it.
    """
    app = ReviewScreen(sitting)
    app.run()
    return app.return_code or 0
