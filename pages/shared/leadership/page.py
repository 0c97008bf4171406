"""One page about a quarter, to be read, printed, or taken along."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.shared import figures, plain
from pages.shared.audit import recorder
from pages.shared.cards import COUNTS, Base, card_frame, metric_card
from pages.shared.exhibits import affordances, details_button, exhibit
from pages.shared.states import card, empty
from queries import Workspace
from reports.leadership import LeadershipReport, Told, quarter_in_words, quarters
from reports.leadership_html import NOTHING, html
from reports.leadership_pdf import pdf
from reports.markers import markers

KEY = "quarter"


def chosen_quarter(workspace: Workspace) -> str:
    """The quarter that is asked for, the running one first; "": no day is complete."""
    known = list(quarters(workspace))
    if not known:
        empty("No quarter can be told yet", "No day of the data is complete.")
        return ""
    chosen = st.selectbox(
        "Quarter", known, key=KEY, bind="query-params", persist_state="session",
        label_visibility="collapsed", width=160,
    )  # fmt: skip
    return chosen if chosen in known else known[0]


def leadership_figures(report: LeadershipReport) -> None:
    """The days in words, the page as a file, and the five figures."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.caption(plain.sentence(quarter_in_words(report)), width="content")
        _take_along(report)
    _cards(report)


def leadership_rest(workspace: Workspace, report: LeadershipReport) -> None:
    """Course, releases, decisions, risks, caveats."""
    with card("leadership_course"):
        _course(workspace, report)
    for title, lines in (
        ("Releases", report.releases),
        ("Experiments decided", report.decided),
        ("Risks", report.risks),
    ):
        with card(f"leadership_{title.lower().replace(' ', '_')}"):
            _lines(title, lines)
    with card("leadership_caveats"):
        st.header("What these figures do not say", anchor=False)
        for caveat in report.caveats:
            st.markdown(f"- {plain.sentence(caveat)}")


def _take_along(report: LeadershipReport) -> None:
    """The same page as a file; made when somebody asks for it."""
    name = f"{report.product}_{report.quarter}".replace(" ", "_").lower()
    safe = "".join(letter for letter in name if letter.isalnum() or letter in "_-")
    with st.container(horizontal=True, gap="small", width="content"):
        for label, ending, mime, make in (
            ("PDF", "pdf", "application/pdf", pdf),
            ("HTML", "html", "text/html", html),
        ):
            st.download_button(
                label,
                data=_maker(make, report, recorder("downloaded", "leadership", kind=ending)),
                file_name=f"{safe}.{ending}",
                mime=mime,
                key=f"leadership_{ending}",
                icon=":material/download:",
                on_click="ignore",
            )


def _maker(
    make: Callable[[LeadershipReport], bytes],
    report: LeadershipReport,
    record: Callable[..., None],
) -> Callable[[], bytes]:
    def made() -> bytes:
        content = make(report)
        record(rows=len(report.numbers))
        return content

    return made


def _cards(report: LeadershipReport) -> None:
    with st.grid(5, min_column_width=150, key="cards_leadership"):
        for one in report.figures:
            with card_frame(f"leadership_{one.name}"):
                base = None if one.unit in COUNTS or one.base is None else Base(
                    one.base, one.base_words
                )  # fmt: skip
                metric_card(
                    one.label, one.change, unit=one.unit, better=one.better,
                    currency=report.currency, base=base, missing=one.missing,
                )  # fmt: skip
                details_button(one.source, key=f"leadership_{one.name}")


def _course(workspace: Workspace, report: LeadershipReport) -> None:
    st.header("Active people, 28 days", anchor=False)
    rows = report.course.rows
    now = figures.Line(
        "Now", rows["day"].to_list(), rows["window_users"].to_list(),
        complete=rows["is_complete"].to_list(),
    )  # fmt: skip
    lines = [now]
    if report.before:
        count = min(len(now.days), len(report.before))
        lines.append(
            figures.Line(
                "Before",
                now.days[:count],
                report.before[:count],
                is_quiet=True,
                colour=figures.QUIET,
            )
        )
    exhibit(
        report.course,
        lambda _: figures.time_series(
            lines, unit="users", markers=markers(workspace, report.period)
        ),
        key="leadership_course",
        alt=f"People active in 28 days, {quarter_in_words(report)}",
    )
    affordances(report.course, key="leadership_course")


def _lines(title: str, lines: Sequence[Told]) -> None:
    st.header(title, anchor=False)
    if not lines:
        st.caption(NOTHING[title])
    for one in lines:
        st.markdown(f"**{plain.markdown(one.head)}**  \n{plain.sentence(one.text)}")
