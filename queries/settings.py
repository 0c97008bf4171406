"""`workspace.toml`: the settings of one product, checked before anything is read."""

import os
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from queries.access_settings import Access
from queries.brief_settings import Alert, Brief
from queries.errors import WorkspaceError, nearest
from queries.exchange_settings import ExchangeRates, require_ascending
from queries.feature_dictionary import DictionaryEntry
from queries.part import Part
from queries.service_settings import Service, Slo
from queries.tables import TABLES

FILE_NAME = "workspace.toml"
DATA_VARIABLE = "TIDEMARK_DATA"
DEFAULT_ENGINE = "duckdb://"
ENGINES = ("duckdb",)
STORES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
M = TypeVar("M", bound=BaseModel)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"there is no time zone {name!r}. {nearest(name, available_timezones())}")
    return name


def _engine_url(url: str) -> str:
    if url == DEFAULT_ENGINE:
        return url
    from sqlalchemy.engine import make_url  # a quarter of the start-up, so only where needed
    from sqlalchemy.exc import ArgumentError

    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError as error:
        raise ValueError(f"{url!r} is not an engine address such as 'duckdb://'") from error
    if backend not in ENGINES:
        raise ValueError(f"there is no adapter for {backend!r} yet. {nearest(backend, ENGINES)}")
    return url


def _store_url(url: str) -> str:
    if not url.startswith(STORES):
        raise ValueError(
            "a store is at sqlite:///tidemark.sqlite or postgresql://user@host/database, "
            f"got {url!r}"
        )
    return url


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    return text


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not name.strip():
            raise ValueError("a dimension needs a name, got a blank one")
    return tuple(dict.fromkeys(names))


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Files = Annotated[tuple[str, ...], Field(min_length=1)]


class Product(Part):
    """What the product is called and how its days, weeks and money are counted."""

    name: str = "My product"
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
    week_start: Literal["monday", "sunday"] = "monday"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose calendar decides the day."""
        return ZoneInfo(self.time_zone)


class Data(Part):
    """Where relative paths start."""

    folder: str = "."


class Engine(Part):
    """Which engine answers."""

    url: Annotated[str, AfterValidator(_engine_url)] = DEFAULT_ENGINE


class Store(Part):
    """Where what people write is kept; None: in a file of the workspace's folder."""

    url: Annotated[str, AfterValidator(_store_url)] | None = None


class TableSource(Part):
    """Where a table's rows are: files with a column mapping, or a query over `[sources]`."""

    files: Files | None = None
    columns: dict[str, str] = {}
    query: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_file_is_a_list(cls, value: Any) -> Any:
        if isinstance(value, dict) and "files" in value:
            return value | {"files": _as_tuple(value["files"])}
        return value

    @model_validator(mode="after")
    def _files_or_query(self) -> "TableSource":
        if self.query is not None and (self.files is not None or self.columns):
            raise ValueError("give either 'files' with 'columns', or 'query', not both")
        return self


class FeatureRule(Part):
    """How an event's name tells its feature and action; the first rule that matches wins."""

    match: Annotated[str, AfterValidator(_pattern)]
    feature: str | None = None
    action: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "FeatureRule":
        groups = re.compile(self.match).groupindex
        if self.feature is None and "feature" not in groups:
            raise ValueError("a rule needs 'feature', or a named group (?P<feature>…) in 'match'")
        return self


class Activity(Part):
    """What counts as being active, and when a day is over."""

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    session_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 30
    last_day: Literal["auto", "complete", "incomplete"] = "auto"


class Dimensions(Part):
    """What people filter and break down by; None: found in the data."""

    users: Annotated[tuple[str, ...], AfterValidator(_names)] | None = None
    events: Annotated[tuple[str, ...], AfterValidator(_names)] | None = None


class Holiday(Part):
    """A day on which less is expected."""

    day: date
    name: str


class Settings(Part):
    """All of `workspace.toml`."""

    product: Product = Product()
    data: Data = Data()
    engine: Engine = Engine()
    sources: dict[str, Files] = {}
    tables: dict[str, TableSource] = {}
    features: tuple[FeatureRule, ...] = ()
    dictionary: dict[str, DictionaryEntry] = {}
    activity: Activity = Activity()
    dimensions: Dimensions = Dimensions()
    holidays: tuple[Holiday, ...] = ()
    access: Access = Access()
    store: Store = Store()
    brief: Brief = Brief()
    alerts: tuple[Alert, ...] = ()
    service: Service = Service()
    slo: dict[str, Slo] = {}
    exchange: tuple[ExchangeRates, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _one_source_is_a_list(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("sources"), dict):
            sources = {name: _as_tuple(files) for name, files in value["sources"].items()}
            return value | {"sources": sources}
        return value

    def feature(self, name: str) -> DictionaryEntry:
        """What the dictionary says of a feature; the defaults where it says nothing."""
        return self.dictionary.get(name, DictionaryEntry())

    @model_validator(mode="after")
    def _known_names(self) -> "Settings":
        require_ascending(self.exchange, self.product.currency)
        for name, source in self.tables.items():
            if name not in TABLES:
                raise ValueError(f"there is no table {name!r}. {nearest(name, TABLES)}")
            table = TABLES[name]
            for column in source.columns:
                if column not in table.names and not table.is_open:
                    hint = nearest(column, table.names)
                    raise ValueError(f"table {name!r} has no column {column!r}. {hint}")
        for name in self.sources:
            if not NAME.fullmatch(name):
                raise ValueError(f"a source's name is letters, digits and _, got {name!r}")
        return self


def read_settings(folder: Path) -> Settings:
    """The settings of the workspace in `folder`.

    Raises:
        WorkspaceError: There is no such file, it is not TOML, or a key or value is not known;
            the message names the file, the key, and the nearest right name.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise WorkspaceError(
            f"{folder} has no {FILE_NAME}. A workspace is a folder with that file and the data; "
            'the smallest one is: [product] and name = "…", beside events.parquet.'
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{path} is not readable as TOML: {error}") from error
    return parse(Settings, content, path)


def parse(model: type[M], content: dict[str, Any], path: Path) -> M:
    """`content` as a model; every problem is named by file, key and nearest right name.

    Raises:
        WorkspaceError: A key or value is not known.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(_explain(model, dict(problem)) for problem in error.errors())
        _forget_traces(error)
        raise WorkspaceError(f"{path}: {problems}") from error


def _forget_traces(error: ValidationError) -> None:
    """Let go of the frames that our validators' errors hold, and with them of open engines."""
    for problem in error.errors():
        cause = problem.get("ctx", {}).get("error")
        if isinstance(cause, Exception):
            cause.__traceback__ = None


def _explain(model: type[BaseModel], problem: dict[str, Any]) -> str:
    where = ".".join(str(step) for step in problem["loc"])
    if problem["type"] == "extra_forbidden":
        parent = _model_at(model, problem["loc"][:-1])
        hint = nearest(str(problem["loc"][-1]), parent.model_fields if parent else ())
        return f"{where} is not a setting. {hint}"
    message = problem["msg"].removeprefix("Value error, ")
    if not where:
        return str(message)
    got = problem["input"]
    shown = f", got {got!r}" if isinstance(got, str | int | float | bool) else ""
    return f"{where}: {message}" + (shown if repr(got) not in message else "")


def _model_at(model: type[BaseModel], steps: tuple[Any, ...]) -> type[BaseModel] | None:
    """The model that `steps` leads to, through lists and dictionaries of models."""
    here: Any = model
    for step in steps:
        if isinstance(here, type) and issubclass(here, BaseModel) and step in here.model_fields:
            here = here.model_fields[step].annotation
        here = _inner_model(here)
        if here is None:
            return None
    return here if isinstance(here, type) else None


def _inner_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = [_inner_model(inner) for inner in getattr(annotation, "__args__", ())]
    return next((inner for inner in models if inner is not None), None)


def data_folder(folder: Path, settings: Settings) -> Path:
    """Where relative paths of the settings start; TIDEMARK_DATA wins over `[data] folder`."""
    override = os.environ.get(DATA_VARIABLE)
    return Path(override).resolve() if override else (folder / settings.data.folder).resolve()
