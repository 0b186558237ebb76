"""The state of every row is the same in whatever order its exports arrive."""

from __future__ import annotations

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
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    place = Place(tmp_path_factory.mktemp("any_order") / "data")
    place.prepare()
    make_demo_key(place)
    return Office(place, load_keys(place))


_NUMBERS = count()


@pytest.fixture
def own() -> str:
    return f"ashbrook_{next(_NUMBERS)}"


@settings(
    max_examples=25,
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
