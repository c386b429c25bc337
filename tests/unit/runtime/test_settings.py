from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.local.layout import PASSWORD_VARIABLE
from runtime.settings import NAMES, Settings, SettingsError, describe, load


def test_the_services_are_named_by_the_variables_that_everyone_knows() -> None:
    settings = load({"KAFKA_BOOTSTRAP_SERVERS": "k:1", "DATABASE_URL": "postgresql://h/d"})
    assert settings.kafka.bootstrap_servers == "k:1"
    assert settings.postgres.url == "postgresql://h/d"


def test_the_process_group_has_no_middle_part() -> None:
    settings = load({"HUBLINE_INSTANCE": "routing-1", "HUBLINE_DATA_DIR": "~/x", "HUBLINE_HTTP_PORT": "9"})
    assert settings.process.instance == "routing-1"
    assert settings.process.data_path == Path("~/x").expanduser()
    assert settings.http.port == 9


def test_a_misspelt_setting_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(SettingsError, match="HUBLINE_HTP_PORT: no such setting; did you mean HUBLINE_HTTP_PORT"):
        load({"HUBLINE_HTP_PORT": "1"})


def test_the_password_of_somebody_at_a_console_is_no_setting_and_no_error() -> None:
    assert load({PASSWORD_VARIABLE: "secret"}) == Settings()


def test_no_two_settings_share_a_variable() -> None:
    variables = [it.variable for it in describe(Settings(), {})]
    assert len(variables) == len(set(variables))


def test_every_number_says_its_unit_or_is_a_count() -> None:
    units = re.compile(
        r"(_ms|_bytes|_s|_per_s|port|_size|_records|_retries|_batch|_burst|burst|_polls|_waiting|_sockets|_count|_days)$"
    )
    numbers = [it for it in describe(Settings(), {}) if isinstance(it.value, int) and not isinstance(it.value, bool)]
    assert [it.variable for it in numbers if not units.search(it.name)] == []


def test_secrets_and_urls_of_the_table_are_fields_that_exist() -> None:
    fields = {(it.group, it.name) for it in describe(Settings(), {})}
    assert fields >= NAMES.secrets | NAMES.urls | set(NAMES.foreign)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        load({}).http.port = 1  # type: ignore[misc]
