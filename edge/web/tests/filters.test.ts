import { expect, test } from "vitest";
import { filtersPath, NO_FILTERS, readFilters, searchQuery, whenRange } from "../src/home/filters";

test("filters survive the address bar", () => {
  const filters = { ...NO_FILTERS, query: "nothern ligths", city: "São Paulo", when: "weekend" as const, priceMax: 5000, together: true, near: "59.91,10.75", sort: "distance" };
  const url = new URL(filtersPath(filters), "http://x");
  expect(readFilters(Object.fromEntries(url.searchParams))).toEqual(filters);
});

test("no filters leave a clean address", () => {
  expect(filtersPath(NO_FILTERS)).toBe("/");
});

test("a mangled address is no filter", () => {
  expect(readFilters({ price: "-3", near: "here", when: "yesterday", together: "yes" })).toEqual(NO_FILTERS);
});

test.each([
  ["Wednesday", new Date(2027, 5, 9, 12), new Date(2027, 5, 12), new Date(2027, 5, 14)],
  ["Saturday", new Date(2027, 5, 12, 12), new Date(2027, 5, 12, 12), new Date(2027, 5, 14)],
  ["Sunday", new Date(2027, 5, 13, 12), new Date(2027, 5, 13, 12), new Date(2027, 5, 14)],
])("this weekend, on a %s", (_day, now, after, before) => {
  expect(whenRange("weekend", now)).toEqual({ after, before });
});

test("near me asks for a circle", () => {
  const query = searchQuery({ ...NO_FILTERS, near: "59.91,10.75" }, new Date());
  expect(query.radiusKm).toBe(50);
  expect(searchQuery(NO_FILTERS, new Date()).radiusKm).toBeUndefined();
});
