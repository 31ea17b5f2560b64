"""Plans of venues: read or drawn away from the event loop, kept once, laid out for each event."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from inventory_svc.catalog import store
from inventory_svc.catalog.venues import PlanSummary, Venue
from inventory_svc.plans.csv_plan import read_csv
from inventory_svc.plans.document import from_document, to_document
from inventory_svc.plans.generator import Block, generate
from inventory_svc.plans.layout import Layout, lay_out
from inventory_svc.plans.plan import Plan, Pool
from inventory_svc.plans.pretix import read_pretix
from mesh.database import Connection
from protos.inventory.v1 import catalog_pb2

LAYOUTS_REMEMBERED_MAX = 8
"""Organisers make events of one venue in a row; a layout of 20,000 seats takes 5 MB."""

_READERS = {
    catalog_pb2.ImportPlanRequest.PRETIX_JSON: read_pretix,
    catalog_pb2.ImportPlanRequest.CSV: read_csv,
}


class Planner:
    """Makes plans and layouts. Work on whole plans runs in threads, so that calls beside it go on."""

    def __init__(self) -> None:
        self._layouts: OrderedDict[UUID, Layout] = OrderedDict()

    async def read(self, file_format: catalog_pb2.ImportPlanRequest.Format, content: str) -> Plan:
        """Reads a plan file. Raises PlanInvalid."""
        return await asyncio.to_thread(_READERS[file_format], content)

    async def draw(self, blocks: Sequence[Block], pools: Sequence[Pool]) -> Plan:
        """Draws a plan. Raises PlanInvalid."""
        return await asyncio.to_thread(generate, blocks, pools)

    async def give(
        self, connection: Connection, venue: Venue, plan: Plan, now: datetime
    ) -> PlanSummary:
        """Makes a plan the venue's current one."""
        summary = PlanSummary(
            seat_count=plan.seat_count,
            pool_capacity=plan.pool_capacity,
            section_count=len(plan.sections),
            accessible_count=plan.accessible_count,
            zone_names=plan.zone_names,
        )
        document = await asyncio.to_thread(to_document, plan)
        venue = replace(venue, update_time=now)
        await store.give_plan(connection, venue, uuid4(), summary, document)
        return summary

    async def layout(self, connection: Connection, plan_id: UUID) -> Layout:
        """Returns the layout of a plan. Plans never change, so the last few are remembered."""
        remembered = self._layouts.get(plan_id)
        if remembered is None:
            document = await store.read_plan_document(connection, plan_id)
            remembered = await asyncio.to_thread(_lay_out, document)
            self._layouts[plan_id] = remembered
            while len(self._layouts) > LAYOUTS_REMEMBERED_MAX:
                self._layouts.popitem(last=False)
        else:
            self._layouts.move_to_end(plan_id)
        return remembered


def _lay_out(document: bytes) -> Layout:
    return lay_out(from_document(document))
