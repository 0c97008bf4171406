"""workspace.toml and metrics.toml: what is wrong is named by file, key and nearest right name."""

from pathlib import Path

import pytest

from queries import WorkspaceError, open_workspace
from queries.settings import read_settings
from queries.workspace import settings_digest

SMALLEST = '[product]\nname = "Small"\n'

SEK = "[[exchange]]\nsince = 2026-01-0{day}\nrates = {{ SEK = 0.1 }}"


def read(folder: Path, text: str, metrics: str | None = None) -> None:
    """Read the settings from texts."""
    (folder / "workspace.toml").write_text(text, encoding="utf-8")
    if metrics is not None:
        (folder / "metrics.toml").write_text(metrics, encoding="utf-8")
    open_workspace(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[product]\nnam = "x"', "product.nam is not a setting. Did you mean 'name'?"),
        ('[produkt]\nname = "x"', "produkt is not a setting. Did you mean 'product'?"),
        ('[product]\ntime_zone = "Europe/Berln"', "Did you mean 'Europe/Berlin'?"),
        ('[product]\nweek_start = "friday"', "product.week_start: Input should be 'monday'"),
        ('[product]\ncurrency = "euro"', "product.currency"),
        ('[tables.event]\nfiles = "x"', "there is no table 'event'. Did you mean 'events'?"),
        (
            '[tables.events]\nfils = "x"',
            "tables.events.fils is not a setting. Did you mean 'files'",
        ),
        ('[tables.releases]\ncolumns = { relase = "x" }', "Did you mean 'release'?"),
        ('[tables.events]\nfiles = "a"\nquery = "b"', "either 'files' with 'columns', or 'query'"),
        ("[activity]\nsession_minutes = 0", "greater than or equal to 1, got 0"),
        ("[slo.fast]\nobjective = 99.9", "slo.fast.objective: Input should be less than 1"),
        ("[slo.fast]\nobjective = 0.9\nrout = '/a'", "slo.fast.rout is not a setting"),
        ("[slo.fast]\nobjective = 0.9\nkind = 'latency'", "needs 'latency_ms'"),
        ('[[features]]\nmatch = "("\nfeature = "x"', "'(' is not a regular expression"),
        ('[[features]]\nmatch = "a.*"', "a rule needs 'feature'"),
        ("[[exchange]]\nsince = 2026-01-01\nrates = { usd = 1.1 }", "exchange.0.rates.usd"),
        ("[[exchange]]\nsince = 2026-01-01\nrates = { USD = 2 }", "USD is the product's own"),
        (
            f"{SEK.format(day=2)}\n{SEK.format(day=1)}",
            "days ascend, got 2026-01-01 after 2026-01-02",
        ),
        (
            f"{SEK.format(day=1)}\n{SEK.format(day=2).replace('SEK', 'NOK')}",
            "NOK, SEK is not in both",
        ),
        ("[dictionary.a]\nkid = 1", "dictionary.a.kid is not a setting. Did you mean 'kind'?"),
        ('[dictionary.a]\nkind = "main"', "dictionary.a.kind: Input should be 'core', 'periodic'"),
        ("[dictionary.a]\ntarget = 20", "dictionary.a.target: Input should be less than 1, got 20"),
        ("[dictionary.a]\nplans = []", "dictionary.a.plans"),
        (
            '[dictionary.a]\nplans = "pro"\nonly = { plan = "pro" }',
            "dictionary.a: give either 'plans' or 'only' with 'plan', not both",
        ),
        ('[engine]\nurl = "spark://host"', "there is no adapter for 'spark' yet"),
        ('[engine]\nurl = "nonsense"', "is not an engine address such as 'duckdb://'"),
        ('[sources]\n"a b" = "x"', "a source's name is letters, digits and _, got 'a b'"),
        ("[product\n", "is not readable as TOML"),
    ],
)
def test_a_wrong_setting_says_what_would_be_right(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(WorkspaceError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)
    assert str(tmp_path / "workspace.toml") in str(caught.value)


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ('kind = "mean"', "a metric of kind 'mean' needs value"),
        ('kind = "ratio"\nnumerator = "1"', "a metric of kind 'ratio' needs denominator"),
        ('kind = "quantile"\nvalue = "1"\nq = 2', "metrics.m.q: Input should be less than 1"),
        ('kind = "count"\nwhre = "x"', "metrics.m.whre is not a setting. Did you mean 'where'?"),
    ],
)
def test_a_wrong_metric_says_what_would_be_right(tmp_path: Path, metric: str, words: str) -> None:
    text = f'[metrics.m]\nlabel = "M"\nunit = "events"\n{metric}\n'
    with pytest.raises(WorkspaceError) as caught:
        read(tmp_path, SMALLEST, text)
    assert words in str(caught.value)
    assert str(tmp_path / "metrics.toml") in str(caught.value)


def test_a_folder_without_settings_says_what_a_workspace_is(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"has no workspace.toml. A workspace is a folder"):
        read_settings(tmp_path)


def test_everything_has_a_default(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text("", encoding="utf-8")
    settings = read_settings(tmp_path)
    assert (settings.product.time_zone, settings.product.week_start) == ("UTC", "monday")
    assert settings.engine.url == "duckdb://"


def test_own_metrics_join_the_shipped_ones_and_replace_them_by_name(tmp_path: Path) -> None:
    own = '[metrics.events]\nlabel = "Clicks"\nunit = "events"\nkind = "count"\n'
    (tmp_path / "workspace.toml").write_text(SMALLEST, encoding="utf-8")
    (tmp_path / "metrics.toml").write_text(own, encoding="utf-8")
    metrics = open_workspace(tmp_path).metrics
    assert metrics["events"].label == "Clicks"
    assert metrics["active_users"].window_days == 28


def test_the_data_folder_can_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "workspace.toml").write_text('[data]\nfolder = "lake"\n', encoding="utf-8")
    assert open_workspace(tmp_path).data_folder == tmp_path / "lake"
    monkeypatch.setenv("TIDEMARK_DATA", str(tmp_path / "other"))
    assert open_workspace(tmp_path).data_folder == tmp_path / "other"


def test_dictionary_says_the_defaults_of_a_feature_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text('[dictionary.audit]\nkind = "admin"\n')
    settings = read_settings(tmp_path)
    assert (settings.feature("audit").kind, settings.feature("audit").rhythm) == ("admin", "month")
    assert (settings.feature("other").kind, settings.feature("other").rules) == ("core", {})


def test_dictionary_rules_hold_one_value_or_several(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text(
        '[dictionary.a]\nplans = "pro"\nonly = { country = ["DE", "AT"], role = "admin" }\n'
    )
    rules = read_settings(tmp_path).feature("a").rules
    assert rules == {"plan": ("pro",), "country": ("DE", "AT"), "role": ("admin",)}


def test_dictionary_decides_nothing_that_is_built(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text(SMALLEST)
    before = settings_digest(open_workspace(tmp_path))
    (tmp_path / "workspace.toml").write_text(SMALLEST + '[dictionary.a]\nkind = "admin"\n')
    assert settings_digest(open_workspace(tmp_path)) == before
