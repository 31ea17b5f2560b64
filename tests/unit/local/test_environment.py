"""What the services are told, and what tests and tools read."""

from pathlib import Path

import pytest

from deploy.local.endpoints import endpoints
from deploy.local.environment import service_environment, stack_environment
from deploy.local.errors import LocalStackError
from deploy.local.layout import Layout
from deploy.local.ports import SERVICES
from deploy.local.settings import LocalSettings, load_settings


def layout(run_dir: Path, **settings: object) -> Layout:
    return Layout.of(LocalSettings(run_dir=run_dir, **settings))  # type: ignore[arg-type]


def test_each_service_is_told_where_it_listens_and_where_the_others_are(tmp_path: Path) -> None:
    environment = stack_environment(layout(tmp_path, port_base=20_000))
    for number, service in enumerate(("edge", "inventory", "queue", "payment", "ticket", "search")):
        name = service.upper()
        assert environment[f"ONSALE_{name}_PUBLIC_PORT"] == str(20_050 + number)
        assert environment[f"ONSALE_{name}_PUBLIC_ADDRESS"] == f"127.0.0.1:{20_050 + number}"
        assert environment[f"ONSALE_{name}_PEER_PORT"] == str(20_150 + number)
        assert environment[f"ONSALE_{name}_PEER_ADDRESS"] == f"127.0.0.1:{20_150 + number}"
        assert int(environment[f"ONSALE_{name}_METRICS_PORT"]) in range(20_090, 20_196)


def test_each_owner_has_a_database_and_a_password_of_its_own(tmp_path: Path) -> None:
    environment = stack_environment(layout(tmp_path))
    dsns = [environment[f"ONSALE_{service.upper()}_DATABASE_DSN"] for service in SERVICES]
    passwords = {dsn.split(":")[2].split("@")[0] for dsn in dsns}
    assert len(passwords) == len(SERVICES)
    for service, dsn in zip(SERVICES, dsns, strict=True):
        assert dsn.startswith(f"postgresql://{service}:")
        assert dsn.endswith(f"@127.0.0.1:55432/{service}")


def test_passwords_outlive_the_process(tmp_path: Path) -> None:
    assert stack_environment(layout(tmp_path)) == stack_environment(layout(tmp_path))
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_a_service_gets_the_callers_own_settings_too(tmp_path: Path) -> None:
    caller = {"ONSALE_SEARCH_MEILISEARCH_URL": "http://search", "PATH": "/bin"}
    environment = service_environment(layout(tmp_path), caller)
    assert environment.items() >= caller.items()


def test_another_stacks_addresses_in_the_callers_environment_do_not_leak_in(
    tmp_path: Path,
) -> None:
    caller = {"ONSALE_INVENTORY_DATABASE_DSN": "postgresql://other/stack"}
    environment = service_environment(layout(tmp_path), caller)
    assert "other" not in environment["ONSALE_INVENTORY_DATABASE_DSN"]


def test_a_named_kafka_cluster_and_public_address_are_used(tmp_path: Path) -> None:
    environment = stack_environment(
        layout(tmp_path, kafka_bootstrap="kafka:9092", public_url="https://tickets.example")
    )
    assert environment["ONSALE_KAFKA_BOOTSTRAP"] == "kafka:9092"
    assert environment["ONSALE_PUBLIC_URL"] == "https://tickets.example"


def test_the_endpoints_have_the_promised_names_and_forms(tmp_path: Path) -> None:
    found = endpoints(layout(tmp_path, port_base=20_000))
    password = found.pop("postgres").removeprefix("postgresql://postgres:").split("@")[0]
    assert len(password) >= 20
    assert found == {
        "edge": "http://127.0.0.1:20080",
        "accounts": "127.0.0.1:20050",
        "inventory": "127.0.0.1:20051",
        "queue": "127.0.0.1:20052",
        "payment": "127.0.0.1:20053",
        "ticket": "127.0.0.1:20054",
        "search": "127.0.0.1:20055",
        "mailbox": "http://127.0.0.1:20025",
        "smtp": "127.0.0.1:20026",
        "stripe": "http://127.0.0.1:20011",
        "valkey": "redis://127.0.0.1:20079/0",
        "kafka": "127.0.0.1:20092",
    }


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONSALE_PORT_BASE", "")
    assert load_settings().port_base is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ONSALE_PORT_BASE", "many"), ("ONSALE_PORT_BASE", "80"), ("ONSALE_KAFKA", "disk")],
)
def test_a_wrong_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(LocalStackError, match=f"{variable}='{value}'"):
        load_settings()


def test_a_proxy_is_not_asked_for_what_runs_on_this_machine(tmp_path: Path) -> None:
    caller = {"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"}
    environment = service_environment(layout(tmp_path), caller)
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet,127.0.0.1,localhost"
