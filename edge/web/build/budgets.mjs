// Checks what each page makes a first visitor download, compressed, against the budgets of the design. `npm run budgets`
import { readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
const KIB = 1024;

/** Scripts and styles of a page in KiB of brotli. */
const BUDGETS_KIB = {
  "src/home/HomePage": { entry: true, max: 60 },
  "src/line/LinePage.tsx": { max: 40 },
  "src/event/EventPage.tsx": { max: 60 },
  "src/seats/SeatsPage.tsx": { max: 90 },
  "src/checkout/CheckoutPage.tsx": { max: 60 },
  "src/orders/OrderPage.tsx": { max: 60 },
  "src/tickets/TicketsPage.tsx": { max: 60 },
  "src/gate/GatePage.tsx": { max: 120, alsoDynamic: "src/gate/camera.ts" },
  "src/organise/OrganisePage.tsx": { max: 200 },
};

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));

function filesOf(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return [];
  seen.add(key);
  const own = [chunk.file, ...(chunk.css ?? [])];
  return [...own, ...(chunk.imports ?? []).flatMap((next) => filesOf(next, seen))];
}

const sizeOf = (file) => brotliCompressSync(readFileSync(new URL(file, DIST))).length;

let isOver = false;
for (const [page, budget] of Object.entries(BUDGETS_KIB)) {
  const files = new Set([
    ...filesOf("index.html"),
    ...(budget.entry ? [] : filesOf(page)),
    ...(budget.alsoDynamic ? filesOf(budget.alsoDynamic) : []),
  ]);
  const kib = [...files].reduce((sum, file) => sum + sizeOf(file), 0) / KIB;
  const verdict = kib <= budget.max ? "ok" : "OVER";
  isOver ||= kib > budget.max;
  console.log(`${page.padEnd(32)} ${kib.toFixed(1).padStart(6)} of ${budget.max} KiB  ${verdict}`);
}
process.exit(isOver ? 1 : 0);
