"""What reviewers would otherwise have to remember: who imports a driver, how SQL is kept, what every service has."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("inventory_svc", "queue_svc", "payment_svc", "ticket_svc", "search_svc")
PRODUCT = ("mesh", "edge", *SERVICES)
SERVICE_FILES = ("__init__.py", "__main__.py", "config.py", "errors.py", "migrations")

# Each driver, and the files that may import it: the seam is one file wide.
IMPORTERS = {
    "asyncpg": r"(mesh/database\.py|.*/store\.py)",
    "aiokafka": r"mesh/(outbox|consumer)\.py",
    "redis": (
        r"mesh/valkey\.py|edge/.*limit.*\.py"
        r"|inventory_svc/(availability/(cache|hints)|holds/marks)\.py"
    ),
    "stripe": r"payment_svc/stripe_processor\.py",
    "meilisearch": r"search_svc/meilisearch_index\.py",
    "aiosmtplib": r"(edge|ticket_svc)/.*\.py",
}


def sources() -> list[Path]:
    return [
        path
        for folder in PRODUCT
        for path in (ROOT / folder).rglob("*.py")
        if "edge/web" not in str(path)
    ]


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("driver", IMPORTERS)
def test_a_driver_is_imported_where_its_seam_is_and_nowhere_else(driver: str) -> None:
    importers = [str(path.relative_to(ROOT)) for path in sources() if driver in imported(path)]
    assert importers, f"nobody imports {driver} any more: drop it here and from the lock file"
    strangers = [name for name in importers if not re.fullmatch(IMPORTERS[driver], name)]
    assert strangers == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_files(service: str) -> None:
    assert [name for name in SERVICE_FILES if not (ROOT / service / name).exists()] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/**/queries.sql")), ids=str)
def test_every_statement_is_named_and_described_and_lists_its_columns(path: Path) -> None:
    if ".venv" in path.parts or "node_modules" in path.parts:
        return
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?i)select\s+(\w+\.)?\*\s+from(?!\s+unnest)", text)
    for block in re.split(r"(?m)^-- name: ", text)[1:]:
        name, _, rest = block.partition("\n")
        assert rest.startswith("-- "), f"{name} has no sentence"


def test_no_sql_hides_in_python_outside_the_stores() -> None:
    """Session commands (SET, LOCK, SELECT 1) may stand where a connection is kept."""
    pattern = re.compile(r"\"\s*(SELECT|INSERT|UPDATE|DELETE)\s+(?!1\b|pg_|name, checksum)", re.I)
    hidden = [
        f"{path.relative_to(ROOT)}: {found.group(0)}"
        for path in sources()
        if path.name != "store.py"
        for found in [pattern.search(path.read_text(encoding="utf-8"))]
        if found and str(path.relative_to(ROOT)) not in ("mesh/migrations.py", "mesh/outbox.py")
    ]
    assert hidden == []
