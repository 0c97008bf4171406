"""What is written to the store is read from it, and nobody's change is lost to another's."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import (
    Annotation,
    AuditEntry,
    Board,
    Decision,
    EditorTab,
    FeatureAction,
    Goal,
    PlannedRelease,
    Run,
    SavedQuery,
    SavedView,
    Store,
    StoreConflict,
    StoreMissing,
    StoreRefused,
    Tile,
    Vote,
)
from store.packing import packed, unpacked
from store.saved_queries import MOST_RUNS

ANN, BOB = "ann@example.com", "bob@example.com"
DAY = date(2026, 11, 3)
PARAMETERS = {
    "start": DAY,
    "at": datetime(2026, 11, 3, 9, 30, tzinfo=UTC),
    "plans": ["free", "pro"],
    "share": 0.25,
    "money": Decimal("0.10"),
    "nobody": None,
}
HOSTILE = "<b>Ünïcode</b> [x](javascript:1) =1+1 \u202e \u2028 \x85 \t 🙂"


def a_query(store: Store, **others: Any) -> SavedQuery:
    query = SavedQuery(name=HOSTILE, sql="select $start", tags=("a", "b"), parameters=PARAMETERS)
    return store.save_query(replace(query, **others), author=ANN)


def test_a_query_comes_back_as_it_was_written(store: Store) -> None:
    saved = a_query(store, chart={"kind": "line", "y": ["a"]})
    assert store.query(saved.id) == saved
    assert (saved.name, saved.parameters) == (HOSTILE, PARAMETERS)
    assert (saved.version, saved.author, saved.updated_by) == (1, ANN, ANN)


def test_a_change_counts_up_and_names_who_made_it(store: Store) -> None:
    saved = a_query(store)
    changed = store.save_query(replace(saved, name="New"), author=BOB)
    assert (changed.version, changed.author, changed.updated_by) == (2, ANN, BOB)
    assert store.queries() == (changed,)


def test_a_change_to_a_stale_state_is_refused_and_says_by_whom(store: Store) -> None:
    saved = a_query(store, name="Weekly")
    store.save_query(replace(saved, sql="select 2"), author=BOB)
    with pytest.raises(StoreConflict, match=r"“Weekly” was changed by bob@example.com on \d\d "):
        store.save_query(replace(saved, sql="select 3"), author=ANN)
    assert store.query(saved.id).sql == "select 2"


def test_removing_a_stale_state_is_refused(store: Store) -> None:
    saved = a_query(store)
    store.save_query(replace(saved, sql="select 2"), author=BOB)
    with pytest.raises(StoreConflict):
        store.delete_query(saved.id, author=ANN, version=saved.version)


def test_a_query_on_a_board_stays(store: Store) -> None:
    query, board = a_query(store), store.save_board(Board(name="Revenue"), author=ANN)
    tile = store.pin(Tile(board_id=board.id, query_id=query.id), author=ANN)
    with pytest.raises(StoreRefused, match="is on “Revenue”; remove it there first"):
        store.delete_query(query.id, author=ANN)
    store.unpin(tile.id, author=ANN)
    store.delete_query(query.id, author=ANN)
    assert store.queries() == ()


def test_what_is_removed_is_in_the_log(store: Store) -> None:
    saved = a_query(store, name="Weekly")
    store.delete_query(saved.id, author=BOB)
    (entry,) = store.audit_log()
    assert (entry.author, entry.action, entry.subject) == (BOB, "removed saved query", "“Weekly”")
    assert entry.details["sql"] == saved.sql
    assert entry.details["parameters"] == saved.parameters


def test_what_is_missing_is_said(store: Store) -> None:
    for ask in (store.query, store.board, store.annotation):
        with pytest.raises(StoreMissing, match="'nothing'"):
            ask("nothing")
    with pytest.raises(StoreMissing, match="there is no saved query 'nothing'"):
        store.save_query(SavedQuery(id="nothing", name="x", sql="x", version=1), author=ANN)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (SavedQuery(name=" ", sql="x"), "a name is needed, got a blank one"),
        (SavedQuery(name="x" * 201, sql="x"), "at most 200 characters, got 201"),
        (SavedQuery(name="a\0b", sql="x"), "characters that cannot be kept"),
        (SavedQuery(name="a\ud800", sql="x"), "characters that cannot be kept"),
        (SavedQuery(name="x", sql="x", parameters={"a": object()}), "a value of type object"),
        (Annotation(day=DAY, title=""), "a title is needed"),
        (Annotation(day=DAY, title="x", url="javascript:1"), "starts with https://"),
        (SavedView(page="", name="x"), "a page is needed"),
        (PlannedRelease(release=" ", title="x", planned_on=DAY), "a release is needed"),
        (
            PlannedRelease(
                release="5",
                title="x",
                planned_on=DAY,
                criteria=({"measure": "errors", "role": "goal", "target": "much"},),
            ),
            "a target is a number",
        ),
        (Vote(item="x", metric="y", day=DAY, opinion="meh"), "an opinion is 'useful'"),  # type: ignore[arg-type]
        (
            Decision(experiment="x", outcome="shipped", reason=" ", decided_on=DAY),
            "a reason is needed",
        ),
        (
            Decision(experiment="x", outcome="won", reason="x", decided_on=DAY),  # type: ignore[arg-type]
            "an outcome is 'shipped'",
        ),
        (
            FeatureAction(feature="x", verdict="value", rung="tried", action=" ", acted_on=DAY),
            "an action is needed",
        ),
        (
            FeatureAction(feature="x", verdict="bad", rung="tried", action="y", acted_on=DAY),  # type: ignore[arg-type]
            "one of discoverability",
        ),
        (Goal(metric="x", target=float("nan"), direction="higher", from_day=DAY), "is a number"),
        (
            Goal(metric="x", target=1, direction="lower", from_day=DAY, until_day=date(2026, 1, 1)),
            "last day is not before its first",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(store: Store, record: Any, words: str) -> None:
    keep: dict[type, Any] = {
            SavedQuery: store.save_query, Annotation: store.annotate, Goal: store.set_goal,
            Decision: store.decide, SavedView: store.save_view, Vote: store.vote,
            PlannedRelease: store.plan_release,
            FeatureAction: store.record_action}  # fmt: skip
    with pytest.raises(StoreRefused, match=words):
        keep[type(record)](record, author=ANN)
    assert set(store.counts().values()) == {0}


def pinned(store: Store, *titles: str) -> tuple[Board, dict[str, Tile]]:
    query, board = a_query(store), store.save_board(Board(name="B"), author=ANN)
    tiles = [
        store.pin(Tile(board_id=board.id, query_id=query.id, title=title), author=ANN)
        for title in titles
    ]
    return board, {tile.title: tile for tile in tiles}


def titles(store: Store, board: Board) -> str:
    return "".join(tile.title for tile in store.board(board.id).tiles)


@pytest.mark.parametrize(
    ("moved", "to", "order"),
    [("c", 0, "cab"), ("a", 1, "bac"), ("a", 2, "bca"), ("a", 99, "bca"), ("b", -1, "bac")],
)
def test_a_tile_moves_and_the_others_keep_their_order(
    store: Store, moved: str, to: int, order: str
) -> None:
    board, tiles = pinned(store, "a", "b", "c")
    store.move(tiles[moved].id, to=to, author=BOB)
    assert titles(store, board) == order
    assert [tile.position for tile in store.board(board.id).tiles] == [0, 1, 2]


def test_a_tile_is_edited_and_unpinned(store: Store) -> None:
    board, tiles = pinned(store, "a", "b")
    wide = store.edit_tile(replace(tiles["a"], width=3, chart={"kind": "bar"}), author=BOB)
    assert store.board(board.id).tiles[0] == wide
    store.unpin(tiles["b"].id, author=BOB)
    assert titles(store, board) == "a"
    with pytest.raises(StoreRefused, match="1 to 3 columns wide, got 4"):
        store.edit_tile(replace(wide, width=4), author=BOB)


def test_a_board_takes_its_tiles_along_but_not_their_queries(store: Store) -> None:
    board, _ = pinned(store, "a", "b")
    store.delete_board(board.id, author=ANN)
    assert store.boards() == ()
    assert (store.counts()["board_tiles"], len(store.queries())) == (0, 1)
    removed = sorted(entry.action for entry in store.audit_log())
    assert removed == ["removed board", "removed tile", "removed tile"]


def test_a_tile_needs_a_board_and_a_query(store: Store) -> None:
    board, tiles = pinned(store, "a")
    with pytest.raises(StoreMissing, match="there is no saved query 'x'"):
        store.pin(Tile(board_id=board.id, query_id="x"), author=ANN)
    with pytest.raises(StoreMissing, match="there is no board 'x'"):
        store.pin(Tile(board_id="x", query_id=tiles["a"].query_id), author=ANN)


def test_tabs_of_another_window_stay(store: Store) -> None:
    store.save_tabs([EditorTab(id="one", title="1", position=0)], author=ANN)
    store.save_tabs([EditorTab(id="two", title="2", position=1)], author=ANN)
    store.save_tabs([EditorTab(title="Bob's")], author=BOB)
    assert [tab.title for tab in store.tabs(ANN)] == ["1", "2"]
    left = store.save_tabs([EditorTab(id="two", title="2b")], author=ANN, closed=["one"])
    assert [tab.title for tab in left] == ["2b"]
    with pytest.raises(StoreRefused, match="somebody else's"):
        store.save_tabs([EditorTab(id="two", title="mine")], author=BOB)


def test_history_is_ones_own_and_the_latest_first(store: Store) -> None:
    for number in range(3):
        store.record_run(Run(author=ANN, sql=f"select {number}", seconds=0.5, rows=1))
    store.record_run(Run(author=BOB, sql="select 9", outcome="failed", error="no table"))
    assert [run.sql for run in store.history(ANN, limit=2)] == ["select 2", "select 1"]
    assert [run.error for run in store.history(BOB)] == ["no table"]


def test_history_keeps_the_last_thousand(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_RUNS == 1_000
    monkeypatch.setattr("store.saved_queries.MOST_RUNS", 3)
    for number in range(5):
        store.record_run(Run(author=ANN, sql=f"select {number}"))
    assert [run.sql for run in store.history(ANN)] == ["select 4", "select 3", "select 2"]


def test_annotations_are_those_of_half_open_days(store: Store) -> None:
    for day in (2, 3, 4):
        store.annotate(Annotation(day=date(2026, 11, day), title=str(day)), author=ANN)
    found = store.annotations(date(2026, 11, 2), date(2026, 11, 4))
    assert [one.title for one in found] == ["2", "3"]


def test_an_annotation_is_changed_and_removed(store: Store) -> None:
    url = "https://example.com/incident"
    one = store.annotate(Annotation(day=DAY, title="Outage", text="Database", url=url), author=ANN)
    changed = store.annotate(replace(one, title="Outage over"), author=BOB)
    assert store.annotation(one.id) == changed
    store.delete_annotation(one.id, author=BOB, version=changed.version)
    assert store.annotations(DAY, date(2026, 12, 1)) == ()


def test_decisions_are_found_by_experiment_the_latest_first(store: Store) -> None:
    first = Decision(experiment="hints", outcome="stopped", reason="broken", decided_on=DAY)
    later = Decision(
        experiment="hints", outcome="shipped", variant="b", reason="it works", decided_on=DAY
    )
    kept = [store.decide(one, author=ANN) for one in (first, later)]
    store.decide(replace(first, experiment="tips"), author=ANN)
    assert set(store.decisions("hints")) == set(kept)
    assert len(store.decisions()) == 3
    store.delete_decision(kept[0].id, author=ANN)
    assert store.decisions("hints") == (kept[1],)


def test_a_person_has_one_vote_on_an_item_and_can_take_it_back(store: Store) -> None:
    vote = Vote(item="2026-11-22|events|", metric="events", day=DAY, opinion="useful")
    store.vote(vote, author=ANN)
    store.vote(vote, author=BOB)
    changed = store.vote(replace(vote, opinion="noise"), author=ANN)
    assert {(one.author, one.opinion) for one in store.votes()} == {(ANN, "noise"), (BOB, "useful")}
    assert store.vote(replace(vote, opinion="noise"), author=ANN) is None
    assert changed is not None
    assert [one.author for one in store.votes(DAY)] == [BOB]
    assert store.votes(date(2027, 1, 1)) == ()


def test_views_are_found_by_page_and_name(store: Store) -> None:
    one = SavedView(page="funnels", name="sign-up", address={"funnel": '["a","b"]', "n": 2})
    kept = store.save_view(one, author=ANN)
    other = store.save_view(replace(one, name="Payment"), author=ANN)
    store.save_view(replace(one, page="paths"), author=ANN)
    assert store.views("funnels") == (other, kept)
    changed = store.save_view(replace(kept, description="How many sign up?"), author=BOB)
    assert (changed.version, changed.updated_by, changed.address) == (2, BOB, one.address)
    store.delete_view(other.id, author=BOB, version=other.version)
    assert store.views("funnels") == (changed,)


def test_a_release_is_planned_with_what_it_has_to_achieve(store: Store) -> None:
    criteria = ({"measure": "feature_uses", "role": "goal", "target": 0.05},)
    plan = PlannedRelease(
        release="6.0", title="New board", planned_on=DAY, features=("board",), criteria=criteria
    )
    kept = store.plan_release(plan, author=ANN)
    assert store.planned_releases() == (kept,)
    assert (kept.criteria, kept.features, kept.rollout) == (criteria, ("board",), "full")
    changed = store.plan_release(replace(kept, rollout="staged"), author=BOB)
    assert (changed.version, changed.updated_by) == (2, BOB)
    store.delete_planned_release(kept.id, author=BOB, version=2)
    assert store.planned_releases() == ()


def test_goals_are_found_by_metric(store: Store) -> None:
    goal = Goal(metric="active_users", target=500, direction="higher", from_day=DAY, owner=ANN)
    kept = store.set_goal(goal, author=ANN)
    store.set_goal(replace(goal, metric="churn", direction="lower"), author=ANN)
    assert store.goals("active_users") == (kept,)
    assert [one.metric for one in store.goals()] == ["active_users", "churn"]
    store.delete_goal(kept.id, author=ANN)
    assert [one.metric for one in store.goals()] == ["churn"]


def test_the_log_is_asked_by_time_and_author(store: Store) -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    store.audit(AuditEntry(author=ANN, action="ran", subject="a", at=early))
    store.audit(AuditEntry(author=BOB, action="downloaded", at=late, details={"rows": 3}))
    assert [entry.action for entry in store.audit_log()] == ["downloaded", "ran"]
    assert [entry.action for entry in store.audit_log(since=late)] == ["downloaded"]
    assert [entry.subject for entry in store.audit_log(author=ANN)] == ["a"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.dates() | st.datetimes(timezones=st.just(UTC)) | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(VALUES)
def test_every_value_of_a_parameter_survives(value: Any) -> None:
    assert unpacked(packed(value)) == value


def test_what_was_done_about_a_feature_comes_the_latest_first(store: Store) -> None:
    first = FeatureAction(
        feature="board", verdict="usability", rung="managed", action="Fewer steps", acted_on=DAY
    )
    kept = store.record_action(first, author=ANN)
    later = store.record_action(replace(first, acted_on=DAY + timedelta(days=1)), author=BOB)
    store.record_action(replace(first, feature="map"), author=ANN)
    assert store.feature_actions("board") == (later, kept)
    store.delete_action(kept.id, author=BOB, version=1)
    assert store.feature_actions("board") == (later,)
