"""The review queue as a page of this machine alone, for those who prefer a browser.

It answers to 127.0.0.1 and a random address, needs nothing from elsewhere, and asks the
browser to keep nothing. Who can read this machine's loopback and the address can read
what is shown: stop it (Ctrl+C, or q) when the sitting is over.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from flows.errors import PipelineError
from flows.pages import open_templates
from flows.reviewing.policy import FOLDER
from flows.reviewing.sitting import Sitting
from flows.reviewing.terminal import TOLD

HOST = "127.0.0.1"
_LONGEST_FORM = 1000
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class ReviewPage:
    """The page of one sitting.

    Args:
        sitting: the questions; it keeps the answers.
        leave: called when the reviewer leaves.
    """

    def __init__(self, sitting: Sitting, leave: Callable[[], None]) -> None:
        """Make a random address and the page's own sign, known to this page alone."""
        self._sitting, self._leave, self._told = sitting, leave, ""
        self.token = secrets.token_urlsafe(32)
        self._sign = secrets.token_urlsafe(32)
        environment = open_templates(FOLDER)
        self._template = environment.get_template("review.html")
        self.app = Starlette(
            routes=[
                Route("/{token}/", self._get, methods=["GET"]),
                Route("/{token}/", self._post, methods=["POST"]),
            ],
            # Another site's name that is made to point here is not this page.
            middleware=[
                Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
            ],
            exception_handlers={Exception: _tell_fault},
        )

    # Both are coroutines that never wait: answers are kept one after the other.
    async def _get(self, request: Request) -> Response:
        if not self._is_known(request):
            return _refuse()
        nonce = secrets.token_urlsafe(16)
        page = self._template.render(
            question=self._sitting.current,
            kept=self._sitting.answered,
            left=self._sitting.left,
            told=self._told,
            sign=self._sign,
            nonce=nonce,
        )
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; "
            f"script-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )
        return HTMLResponse(
            page, headers={**_HEADERS, "Content-Security-Policy": policy}
        )

    async def _post(self, request: Request) -> Response:
        body = await request.body()
        fields = parse_qs(body[:_LONGEST_FORM].decode(errors="replace"))
        sign = fields.get("sign", [""])[0]
        if not self._is_known(request) or not _equal(sign, self._sign):
            return _refuse()
        self._told = self._act(fields.get("act", [""])[0], fields.get("pair", [""])[0])
        return RedirectResponse(".", status_code=303, headers=_HEADERS)

    def _act(self, act: str, pair: str) -> str:
        """Do what a button says, and tell what was done."""
        question = self._sitting.current
        if act == "quit":
            self._leave()
            return "The sitting is over. You can close this page."
        if act not in TOLD:
            return "Nothing was done: the page asked for something it does not know."
        if act != "undo" and (question is None or question.pair != pair):
            return (
                "Nothing was done: this page was an old one. Here is the current one."
            )
        try:
            if act == "undo":
                self._sitting.take_back()
            elif act == "skip":
                self._sitting.skip()
            else:
                self._sitting.answer(act)
        except PipelineError as error:
            return str(error)
        return TOLD[act]

    def _is_known(self, request: Request) -> bool:
        return _equal(request.path_params["token"], self.token)


def serve_page(sitting: Sitting, port: int, tell: Callable[[str], None]) -> None:
    """Serve a sitting on this machine alone until the reviewer leaves.

    Args:
        sitting: the questions.
        port: the port; 0 takes a free one.
        tell: called with the page's address once it answers.
    """
    with socket.create_server((HOST, port)) as listening:
        server: uvicorn.Server | None = None

        def leave() -> None:
            if server is not None:
                server.should_exit = True

        page = ReviewPage(sitting, leave)
        # Nothing of a request is logged: its address holds the token.
        config = uvicorn.Config(
            page.app,
            access_log=False,
            log_config=None,
            log_level="critical",
            server_header=False,
        )
        server = uvicorn.Server(config)
        tell(f"http://{HOST}:{listening.getsockname()[1]}/{page.token}/")
        server.run(sockets=[listening])


def _equal(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())


def _refuse() -> Response:
    return PlainTextResponse("Not found", status_code=404, headers=_HEADERS)


async def _tell_fault(request: Request, error: Exception) -> Response:
    """Tell a fault by its kind alone: a library's own words may quote a name."""
    words = f"A fault in Commonground itself: {type(error).__name__}."
    return PlainTextResponse(words, status_code=500, headers=_HEADERS)
