import { expect, test } from "vitest";
import { clampPan, fit, reveal, toMap, zoomAt } from "../src/seats/map/viewport";

const bounds = { minX: -50, minY: 0, maxX: 50, maxY: 100 };
const size = { width: 400, height: 200 };

test("everything fits and stands in the middle", () => {
  const view = fit(bounds, size, 1);
  const low = { x: bounds.minX * view.scale + view.x, y: bounds.minY * view.scale + view.y };
  const high = { x: bounds.maxX * view.scale + view.x, y: bounds.maxY * view.scale + view.y };
  expect(low.y).toBeGreaterThan(0);
  expect(high.y).toBeLessThan(200);
  expect((low.x + high.x) / 2).toBeCloseTo(200);
});

test("the point under the finger stays under it while zooming", () => {
  const view = { scale: 2, x: 30, y: 10 };
  const before = toMap(view, 120, 80);
  const after = toMap(zoomAt(view, 3, 120, 80, { min: 0.1, max: 100 }), 120, 80);
  expect(after.x).toBeCloseTo(before.x);
  expect(after.y).toBeCloseTo(before.y);
});

test("zoom keeps to its limits", () => {
  expect(zoomAt({ scale: 2, x: 0, y: 0 }, 100, 0, 0, { min: 1, max: 5 }).scale).toBe(5);
  expect(zoomAt({ scale: 2, x: 0, y: 0 }, 0.001, 0, 0, { min: 1, max: 5 }).scale).toBe(1);
});

test("nobody is lost beside the map", () => {
  const view = clampPan({ scale: 2, x: 10_000, y: -10_000 }, bounds, size);
  const middle = toMap(view, 200, 100);
  expect(middle.x).toBeGreaterThanOrEqual(bounds.minX);
  expect(middle.y).toBeLessThanOrEqual(bounds.maxY);
});

test("a seat at the edge is brought in by the smallest step", () => {
  const view = { scale: 1, x: 0, y: 0 };
  expect(reveal(view, 395, 100, size, 60)).toEqual({ scale: 1, x: -55, y: 0 });
  expect(reveal(view, 200, 100, size, 60)).toEqual(view);
});
