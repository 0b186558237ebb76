"""The review screen and the review page: keys, words, and nobody else's eyes."""

from __future__ import annotations

import asyncio
import queue
import re
import threading

import duckdb
import httpx
import pytest
from rich.console import Console
from textual.widgets import Static
from typer.testing import CliRunner

from flows.cli import app
from flows.decisions import list_decisions
from flows.link import link
from flows.locks import writer_lock
from flows.reviewing.drawing import draw_question
from flows.reviewing.sitting import begin_sitting
from flows.reviewing.terminal import ReviewScreen
from flows.reviewing.web import ReviewPage, serve_page
from tests.linkage_records import NOW, fill_vault, spell_id
from tests.made_review import put_place

HOSTILE = "<script>alert(1)</script>\x1b[2J[bold]\u202e"


@pytest.fixture
def sitting(place, keys):
    """Two questions; one record has a name that is no name."""
    put_place(
        place,
        keys,
        {"p": ["a1"], "q": ["b1"], "r": ["c1"], "s": ["d1"]},
        [("a1", "b1", 4), ("c1", "d1", 4)],
        a1={"forename": HOSTILE, "provider": "fernshire_probation"},
    )
    return begin_sitting(place, keys, "Ann")


def verdicts(place, keys):
    return [one.verdict for one in list_decisions(place, keys) if not one.undone_at]


def press(sitting, *keys, width=80):
    """Press keys on the screen; what then stands in its three parts."""
    screen = ReviewScreen(sitting)

    async def run():
        async with screen.run_test(size=(width, 30)) as pilot:
            await pilot.press(*keys)
            await pilot.pause()
            return {
                name: str(screen.query_one(f"#{name}", Static).render())
                for name in ("where", "told")
            }

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("key", "verdict", "told"),
    [
        ("s", "link", "Kept: one person."),
        ("d", "unlink", "Kept: two people."),
        ("n", "not_sure", "Kept: not sure."),
    ],
)
def test_one_key_keeps_an_answer_and_says_so(sitting, place, keys, key, verdict, told):
    shown = press(sitting, key)

    assert shown["told"].startswith(told)
    assert shown["where"] == "1 kept, 1 left"
    assert verdicts(place, keys) == [verdict]


def test_skip_undo_and_the_end_of_the_queue_are_said(sitting, place, keys):
    assert press(sitting, "k")["told"].startswith("Skipped")
    assert press(sitting, "d")["where"] == "1 kept, nothing is left to ask"
    assert "Nothing is left to ask" in press(sitting, "s")["told"]
    assert press(sitting, "u")["told"] == "Undone: asked again."
    assert verdicts(place, keys) == []


def test_q_leaves_the_screen(sitting):
    screen = ReviewScreen(sitting)

    async def run():
        async with screen.run_test() as pilot:
            await pilot.press("q")

    asyncio.run(run())
    assert screen.return_code == 0


def test_while_a_run_is_under_way_the_screen_says_so_and_keeps_the_question(
    sitting, place
):
    with writer_lock(place):
        shown = press(sitting, "s")

    assert "Another run is working" in shown["told"]
    assert shown["where"] == "0 kept, 2 left"


def test_a_fault_of_our_own_is_told_by_its_kind_alone(sitting, capsys):
    question = sitting.current
    object.__setattr__(question, "fields", None)
    screen = ReviewScreen(sitting)

    async def run():
        async with screen.run_test():
            pass

    with pytest.raises(TypeError):
        asyncio.run(run())
    told = capsys.readouterr().err
    assert "A fault in Commonground itself: TypeError" in told
    assert "Quillfeather" not in told


def test_a_question_fits_eighty_columns_and_says_in_words_what_colour_says(sitting):
    console = Console(width=80, color_system=None, record=True, file=None)
    with console.capture() as captured:
        console.print(draw_question(sitting.current))
    text = captured.get()

    assert all(len(line) <= 80 for line in text.splitlines())
    for words in ("DIFFERENT", "same", "strongly against", "before comparing"):
        assert words in text
    assert sitting.current.left.record_id in text


def test_a_name_that_is_no_name_cannot_steer_the_terminal(sitting):
    console = Console(width=200, color_system=None)
    with console.capture() as captured:
        console.print(draw_question(sitting.current))
    text = captured.get()

    assert "[bold]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


class Browser:
    """The page as a browser asks for it."""

    def __init__(self, sitting):
        self.left = []
        self.page = ReviewPage(sitting, lambda: self.left.append(True))

    def ask(self, method="GET", path=None, host="127.0.0.1", **options):
        async def run():
            transport = httpx.ASGITransport(self.page.app)
            async with httpx.AsyncClient(
                transport=transport, base_url=f"http://{host}"
            ) as client:
                return await client.request(
                    method, path or f"/{self.page.token}/", **options
                )

        return asyncio.run(run())

    def press(self, act, html=None, **changes):
        """Press a button of a page as it stands, and go where it leads."""
        html = html or self.ask().text
        fields = dict(re.findall(r'name="(sign|pair)" value="([^"]*)"', html))
        answer = self.ask("POST", data=fields | {"act": act} | changes)
        return self.ask() if answer.status_code == 303 else answer


@pytest.fixture
def browser(sitting):
    return Browser(sitting)


def test_the_page_keeps_answers_and_says_so(browser, place, keys):
    assert "Kept: one person." in browser.press("link").text
    assert "Undone" in browser.press("undo").text
    assert "Skipped" in browser.press("skip").text
    assert "Kept: not sure." in browser.press("not_sure").text
    assert verdicts(place, keys) == ["not_sure"]
    assert "nothing is left to ask" in browser.ask().text


def test_the_page_has_a_key_for_every_button_and_says_agreement_in_words(browser):
    html = browser.ask().text

    assert re.findall(r'data-key="(.)"', html) == list("sdnkuq")
    assert ">DIFFERENT<" in html
    assert ">same<" in html
    assert "://" not in html


def test_a_hostile_name_is_text_on_the_page(browser):
    html = browser.ask().text

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_page_may_load_nothing_and_the_browser_keeps_nothing(browser):
    headers = browser.ask().headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    nonces = {
        re.search(r"nonce-([^']+)", p).group(1)
        for p in (policy, browser.ask().headers["content-security-policy"])
    }
    assert len(nonces) == 2


def test_without_the_address_there_is_no_page(browser):
    for path in ("/", "/review/", f"/{browser.page.token[:-1]}/", "/x/y/"):
        answer = browser.ask(path=path)
        assert answer.status_code == 404
        assert "Quillfeather" not in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "192.0.2.1", "127.0.0.1.evil.example"]
)
def test_another_host_is_refused(browser, host):
    answer = browser.ask(host=host)

    assert answer.status_code == 400
    assert "Quillfeather" not in answer.text


def test_an_answer_that_does_not_come_from_the_page_is_refused(browser, place, keys):
    assert browser.press("link", sign="guessed").status_code == 404
    assert browser.ask("POST", data={"act": "link"}).status_code == 404
    assert verdicts(place, keys) == []


def test_an_old_page_answers_nothing_and_an_unknown_act_does_nothing(
    browser, place, keys
):
    old = browser.ask().text
    browser.press("unlink", html=old)

    assert "an old one" in browser.press("link", html=old).text
    assert "does not know" in browser.press("erase").text
    assert verdicts(place, keys) == ["unlink"]


def test_while_a_run_is_under_way_the_page_says_so(browser, place):
    html = browser.ask().text
    with writer_lock(place):
        assert "Another run is working" in browser.press("link", html=html).text


def test_quit_ends_the_page(browser):
    assert "You can close this page" in browser.press("quit").text
    assert browser.left == [True]


def test_a_fault_of_the_page_is_told_by_its_kind_alone(browser, sitting):
    object.__setattr__(sitting.current, "fields", None)

    async def run():
        transport = httpx.ASGITransport(browser.page.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1"
        ) as client:
            return await client.get(f"/{browser.page.token}/")

    answer = asyncio.run(run())
    assert answer.status_code == 500
    assert answer.text == "A fault in Commonground itself: TypeError."


def run(place, *arguments):
    return CliRunner().invoke(
        app, ["review", *arguments, "--data", str(place.root)], env={"COLUMNS": "200"}
    )


def test_the_commands_link_unlink_list_and_undo(sitting, place, keys):
    a, b = spell_id("a1"), spell_id("b1")

    assert (
        run(place, "link", a, b, "--reason", "same tattoo", "--as", "Ann").exit_code
        == 0
    )
    assert run(place, "unlink", a, b[:8], "--reason", "twins").exit_code == 0
    key = list_decisions(place, keys)[0].decision_id
    assert "twins" in run(place, "list").output
    assert "undone" in run(place, "undo", key, "--reason", "no twins").output
    assert verdicts(place, keys) == ["link"]
    assert "too few answers" in run(place, "agreement").output


def test_a_record_is_kept_apart_from_a_whole_person_by_command(place, keys):
    put_place(place, keys, {"p": ["a1", "b1", "c1"]}, [])

    run(
        place, "unlink", spell_id("a1"), spell_id("b1"), "--whole-person",
        "--reason", "another person",
    )  # fmt: skip

    assert len(list_decisions(place, keys)) == 2
    assert {one.scope for one in list_decisions(place, keys)} == {"person"}


def test_what_cannot_be_done_has_an_exit_code_and_words(sitting, place):
    nobody = run(place, "link", spell_id("a1"), "0" * 32, "--reason", "who knows")

    assert nobody.exit_code == 11
    assert run(place).exit_code == 3
    # An option before the command would be the screen's, and the command would miss it.
    before = ["review", "--data", str(place.root), "list"]
    assert CliRunner().invoke(app, before).exit_code == 3


def test_after_a_real_linking_questions_are_edges_of_the_band_or_drawn_links(
    place, keys
):
    same = {"surname": "Grizzlewick", "forename": "Tumbly", "birth_date": "1990-09-10"}
    other = {"surname": "Snickerbee", "birth_date": "1961-01-10", "postcode": "QX6 1AA"}
    rows = [
        {"record": "a1", **same, "postcode": "QX4 1AA"},
        {"record": "a2", **same, "provider": "hmp_larkmoor"},
        {"record": "a3", **same, "birth_date": "1991-09-10", "sex_type": "male"},
        {"record": "b1", **other, "forename": "Gus", "sex_type": "male"},
        {"record": "b2", **other, "forename": "Tom", "sex_type": "female"},
    ]
    fill_vault(place, keys, rows)
    link(place, keys, "run-1", NOW)
    current = place.linked / "current"
    weights = {
        (left, right): weight
        for left, right, weight in duckdb.sql(
            f"select record_id_l, record_id_r, match_weight from '{current}/edges.parquet'"
        ).fetchall()
    }
    links = f"{current}/person_links.parquet"
    people = dict(duckdb.sql(f"select record_id, person_id from '{links}'").fetchall())

    sitting = begin_sitting(place, keys)
    seen = 0
    while (question := sitting.current) is not None:
        pair = (question.asked.record_l, question.asked.record_r)
        if question.asked.source == "review":
            assert 3 <= weights[pair] < 6
        else:
            assert people[pair[0]] == people[pair[1]]
        assert question.reasons[-1].bits == pytest.approx(weights[pair], abs=0.06)
        sitting.skip()
        seen += 1
    assert seen


def test_the_page_is_served_on_this_machine_alone_until_the_reviewer_quits(sitting):
    told = queue.Queue()
    serving = threading.Thread(target=serve_page, args=(sitting, 0, told.put))
    serving.start()
    address = told.get(timeout=30)

    html = httpx.get(address).text
    fields = dict(re.findall(r'name="(sign|pair)" value="([^"]*)"', html))
    httpx.post(address, data=fields | {"act": "quit"})
    serving.join(timeout=30)

    assert address.startswith("http://127.0.0.1:")
    assert not serving.is_alive()
