"""Numbers, durations, days and text from the data, as a reader sees them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared import dates, plain, words


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12_345, "users", "12,345"),
        (9.404, "number", "9.40"),
        (0.1014, "percent", "10.1%"),
        (512, "seconds", "8 min 32 s"),
        (3_900, "seconds", "1 h 05 min"),
        (340, "milliseconds", "340 ms"),
        (-1_234.5, "currency", "-€1,234.50"),
        (0, "users", "0"),
        (None, "users", "–"),
    ],
)
def test_full_is_exact(value: float | None, unit: str, text: str) -> None:
    assert words.full(value, unit, currency="EUR") == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (7_106, "users", "7,106"),
        (12_345, "users", "12.3k"),
        (123_456, "users", "123k"),
        (1_234_567, "users", "1.23M"),
        (2_500_000_000, "events", "2.50B"),
        (-12_345, "number", "-12.3k"),
        (512, "seconds", "8.5 min"),
        (1_830, "milliseconds", "1.8 s"),
        (12_345, "currency", "€12.3k"),
        (None, "percent", "–"),
    ],
)
def test_compact_fits_a_card(value: float | None, unit: str, text: str) -> None:
    assert words.compact(value, unit, currency="EUR") == text


@given(st.integers(min_value=0, max_value=10**11))
def test_compact_keeps_three_digits(value: int) -> None:
    text = words.compact(value)
    size = {"k": 1e3, "M": 1e6, "B": 1e9}.get(text[-1], 1)
    shown = float(text.rstrip("kMB").replace(",", "")) * size
    assert shown == pytest.approx(value, rel=0.005)


def test_a_difference_of_shares_is_in_points() -> None:
    assert words.points(0.013) == "+1.3 pp"


def test_an_unknown_change_stays_unknown() -> None:
    assert (words.change(None), words.points(None)) == (None, None)


@pytest.mark.parametrize(("base", "few"), [(29, True), (30, False), (0, True), (None, False)])
def test_bases_under_thirty_are_few(base: int | None, few: bool) -> None:  # noqa: FBT001
    assert words.is_few(base) is few


def test_days_do_not_depend_on_the_locale() -> None:
    sunday = date(2026, 11, 22)
    assert dates.full_day(sunday) == "Sun 22 Nov 2026"
    assert dates.bucket(sunday, "month") == "Nov 2026"


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "just now"), (60, "1 minute ago"), (7_300, "2 hours ago")]
)
def test_age_is_rough(seconds: int, text: str) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert dates.age(now - timedelta(seconds=seconds), now) == text


def test_a_moment_without_zone_is_utc() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert dates.age(datetime(2026, 11, 22, 11), now) == "1 hour ago"  # noqa: DTZ001


def test_markdown_of_the_data_says_nothing_else() -> None:
    assert plain.markdown("[a](b) :red[c] **d**") == (r"\[a\]\(b\) \:red\[c\] \*\*d\*\*")


@pytest.mark.parametrize("text", ["ann@example.com", "https://example.com", "http://a", "www.a.b"])
def test_an_address_from_anybody_becomes_no_link(text: str) -> None:
    """Markdown finds addresses even where each of their signs is escaped."""
    for shown in (plain.markdown(text), plain.sentence(text), plain.paragraphs(text)):
        assert text not in shown.replace("\\", "")
        assert shown.replace("\\", "").replace(plain.NOT_A_LINK, "").lower() == text


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.com/a?b=c", " [Read more](<https://example.com/a?b=c>)"),
        ("https://example.com/$x$`", " [Read more](<https://example.com/%24x%24%60>)"),
        ("javascript:alert(1)", ""),
        ("https://a.b/>x", ""),
        ("https://a.b/ c", ""),
        ("https://", ""),
        ("//a.b", ""),
        (None, ""),
    ],
)
def test_only_a_plain_web_address_becomes_a_link(url: str | None, link: str) -> None:
    assert plain.read_more(url) == link


def test_charts_do_not_obey_the_data() -> None:
    assert plain.chart("<b>%{x}</b>") == "&lt;b>% {x}&lt;/b>"


def test_text_on_a_label_is_one_short_line() -> None:
    assert plain.short("a\nb" + "c" * 100) == "a b" + "c" * 76 + "…"


@pytest.mark.parametrize("nothing", [0, 0.0004, -0.0004])
def test_a_difference_of_nothing_has_no_sign(nothing: float) -> None:
    assert (words.change(nothing), words.points(nothing)) == ("0.0%", "0.0 pp")
