"""The state of every row is the same in whatever order its exports arrive."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, groupby

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows.keys import load_keys, make_demo_key
from flows.paths import Place
from tests.made_histories import Office, Row, Sent

ROWS = st.builds(
    Row,
    key=st.sampled_from("12345"),
    code=st.sampled_from("ABC"),
    month=st.sampled_from((1, 2)),
    deleted=st.sampled_from((False, False, False, True)),
    bad=st.sampled_from((False, False, False, True)),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Sent], list[list[Sent]]]:
    """Exports of distinct days, and the runs in which they come, in any order."""
    modes = draw(st.sampled_from((("full",), ("period",), ("full", "period", "delta"))))
    days = draw(st.lists(st.integers(0, 58), min_size=3, max_size=6, unique=True))
    exports: list[Sent] = []
    for day in sorted(days):
        again = bool(exports) and draw(st.integers(0, 3)) == 0
        rows = exports[-1].rows if again else tuple(draw(st.lists(ROWS, max_size=5)))
        torn = exports[-1].torn if again else draw(st.integers(0, 5)) == 0
        exports.append(Sent(day, rows, draw(st.sampled_from(modes)), torn))
    order = draw(st.permutations(exports))
    runs: list[list[Sent]] = []
    for _, alike in groupby(order, key=lambda sent: sent.mode):
        for sent in alike:
            if runs and runs[-1][0].mode == sent.mode and draw(st.booleans()):
                runs[-1].append(sent)
            else:
                runs.append([sent])
    return exports, runs


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    place = Place(tmp_path_factory.mktemp("any_order") / "data")
    place.prepare()
    make_demo_key(place)
    office = Office(place, load_keys(place))
    yield office
    office.close()


_NUMBERS = count()


@pytest.fixture
def own() -> str:
    """A provider of its own for each test: they share a vault."""
    return f"ashbrook_{next(_NUMBERS)}"


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    # Making a failing history smaller would run hundreds more of them.
    phases=(Phase.explicit, Phase.generate),
)
@given(told=histories())
def test_whatever_the_order_the_state_is_that_of_the_documented_rule(office, told):
    history, runs = told
    own = f"ashbrook_{next(_NUMBERS)}"

    for run in runs:
        office.send(own, run)

    office.check(own, history)


def one_by_one(office: Office, own: str, *history: Sent) -> None:
    for sent in history:
        office.send(own, [sent])
    office.check(own, list(history))


def test_a_correction_of_the_same_day_and_name_takes_the_place_of_the_first(
    office, own
):
    first = Sent(5, (Row("1"), Row("2"), Row("3", "C")))

    one_by_one(office, own, first, Sent(5, (Row("1", "B"), Row("3", bad=True))))

    assert office.live(own) == {"1": "B", "3": "C"}


def test_a_row_that_comes_back_is_live_again_with_what_it_says_then(office, own):
    there, gone = (Row("1"), Row("2")), (Row("2"),)

    one_by_one(office, own, Sent(1, there), Sent(2, gone), Sent(3, (*gone, Row("1"))))

    assert office.live(own) == {"1": "A", "2": "A"}
    assert office.results[0].landed == 1


def test_deltas_add_and_change_and_withdraw_nothing(office, own):
    history = [
        Sent(2, (Row("1"), Row("2")), "delta"),
        Sent(9, (Row("2", "B"),), "delta"),
        Sent(4, (Row("2", "C"), Row("3"), Row("4", deleted=True)), "delta"),
        Sent(1, (Row("4"),), "delta"),
    ]

    one_by_one(office, own, *history)

    assert office.live(own) == {"1": "A", "2": "B", "3": "A"}


def test_an_export_of_a_period_withdraws_rows_of_that_period_alone(office, own):
    first = Sent(10, (Row("1", month=1), Row("2", month=2), Row("3", month=2)))
    february = Sent(40, (Row("3", month=2),), "period")

    one_by_one(office, own, first, february)

    assert office.live(own) == {"1": "A", "3": "A"}


def test_a_late_file_that_moves_a_row_out_of_a_period_takes_it_from_what_lacks_it(
    office, own
):
    history = [
        Sent(18, (Row("1", month=2), Row("2", month=2))),
        Sent(58, (Row("2", month=2),), "period"),
        Sent(37, (Row("1", month=1),), "delta"),
    ]

    one_by_one(office, own, *history)

    assert office.live(own) == {"1": "A", "2": "A"}


def test_the_same_content_of_a_later_day_is_seen_again_without_being_read(
    office, own, monkeypatch
):
    rows = (Row("1"), Row("2"), Row("3", bad=True))
    office.send(own, [Sent(1, rows)])

    with monkeypatch.context() as patch:
        patch.setattr("flows.ingest.judge", None)
        office.send(own, [Sent(8, rows)])

    (result,) = office.results
    assert (result.rows_in, result.unchanged, result.quarantined) == (3, 2, 1)
    office.check(own, [Sent(1, rows), Sent(8, rows)])
    (first, repeated), (_, repeats) = office.ledger(own)
    assert (repeated, repeats) == (None, first)


def test_the_same_content_is_read_again_once_its_mapping_means_something_else(
    office, own
):
    rows = (Row("1", "A"), Row("2", "B"))
    office.send(own, [Sent(1, rows)])
    office.send(own, [Sent(4, rows)])

    office.send(own, [Sent(8, rows)], own_blanks=("A",))

    (result,) = office.results
    assert (result.landed, result.unchanged) == (2, 0)
    assert office.live(own) == {"1": None, "2": "B"}


def test_a_row_that_two_like_exports_hold_unreadable_is_not_lacked_by_either(
    office, own
):
    unreadable = (Row("1", bad=True), Row("2"))

    one_by_one(
        office, own, Sent(5, unreadable), Sent(8, unreadable), Sent(1, (Row("1"),))
    )

    assert office.live(own) == {"1": "A", "2": "A"}
