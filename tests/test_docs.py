"""The guide to the settings names every setting, and its examples are accepted."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from queries import access_settings, feature_dictionary, service_settings, settings
from queries.definitions import MetricDefinition, MetricFile
from queries.experiment_definitions import (
    AllocationDefinition,
    ExperimentDefinition,
    GuardrailDefinition,
)

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "workspace.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", GUIDE + README, flags=re.DOTALL)
MODELS = (
    settings.Product, settings.Data, settings.Engine, settings.Store, settings.TableSource,
    settings.FeatureRule, settings.Activity, settings.Dimensions, settings.Holiday,
    feature_dictionary.DictionaryEntry, service_settings.Service, service_settings.Slo,
    access_settings.Access, access_settings.Roles, access_settings.Proxy, access_settings.Policy,
    MetricDefinition, ExperimentDefinition, GuardrailDefinition, AllocationDefinition,
)  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_guide_names_every_setting(model: type[BaseModel]) -> None:
    assert [name for name in model.model_fields if f"`{name}`" not in GUIDE] == []


@pytest.mark.parametrize("part", settings.Settings.model_fields)
def test_guide_has_every_part_of_the_file(part: str) -> None:
    assert re.search(rf"^## `\[+{part}\b", GUIDE, flags=re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_example_is_accepted(example: str) -> None:
    content = tomllib.loads(example)
    model = MetricFile if "metrics" in content else settings.Settings
    model = ExperimentDefinition if "primary" in content else model
    assert model.model_validate(content)
