"""Settings from a file and the environment, and what is said of mistakes in them."""

from pathlib import Path

import pytest

from engine.settings.load import SettingsError, load_settings
from engine.settings.settings import Limit, Settings


def write(data: Path, text: str) -> Path:
    file = data / "settings.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, environment={})
    assert settings == Settings()
    assert settings.scheduler.workers == 10
    assert settings.executor.timeout == 1800
    assert settings.port == 8084


def test_a_file_sets_values_with_units(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
scheduler: {workers: 4, retry: {initial_delay: 500ms}}
executor: {timeout: 10m, max_memory: 2GB}
limits: {cpu: 2, memory: 4GB, api: 100/min}
connections: {crm: {url: "postgres://x"}}
hosts: [engine.example]
""",
    )
    settings = load_settings(tmp_path, environment={})
    assert settings.scheduler.workers == 4
    assert settings.scheduler.retry.initial_delay == 0.5
    assert settings.executor.timeout == 600
    assert settings.limits["api"] == Limit(100, 60)
    assert settings.limits["memory"].amount > 3_900_000_000
    assert settings.connections["crm"] == {"url": "postgres://x"}
    assert settings.hosts == ("engine.example",)


def test_the_original_nesting_and_names_are_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
services:
  gateway: {port: 1}
  orchestrator:
    port: 9000
    scheduler: {workers: 3, retry_attempts: 5, retry_delay: 10s}
""",
    )
    settings = load_settings(tmp_path, environment={})
    assert settings.port == 9000
    assert settings.scheduler.workers == 3
    assert settings.scheduler.retry.max_attempts == 5
    assert settings.scheduler.retry.initial_delay == 10


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, "scheduler: {workers: 4}\nport: 1\n")
    settings = load_settings(
        tmp_path, environment={"TREADLE_SCHEDULER_WORKERS": "7", "TREADLE_EXECUTOR_TIMEOUT": "5s"}
    )
    assert settings.scheduler.workers == 7
    assert settings.executor.timeout == 5
    assert settings.port == 1


def test_another_file_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("port: 1234\n")
    environment = {"TREADLE_SETTINGS": str(file)}
    assert load_settings(tmp_path, environment=environment).port == 1234
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path, environment={"TREADLE_SETTINGS": str(tmp_path / "no.yaml")})


def test_every_mistake_is_told_with_its_place(tmp_path: Path) -> None:
    file = write(tmp_path, "scheduler:\n  wokers: 4\n  max_concurrent: many\nport: -1\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environment={"TREADLE_EXECUTOR_TIMEOUT": "soon"})
    said = str(caught.value)
    assert len(caught.value.problems) == 4
    assert f"{file}:2:3" in said
    assert 'did you mean "workers"?' in said
    assert "scheduler.max_concurrent: it must be a whole number" in said
    assert "port: it must be at least 0" in said
    assert "TREADLE_EXECUTOR_TIMEOUT" in said


def test_a_broken_file_is_told_too(tmp_path: Path) -> None:
    write(tmp_path, "scheduler: [\n")
    with pytest.raises(SettingsError):
        load_settings(tmp_path, environment={})
