import { afterEach, beforeEach, expect, vi } from "vitest";

/** Whatever is written to the console by a test is a fault of what it tests. */
beforeEach(() => {
  vi.spyOn(console, "error");
  vi.spyOn(console, "warn");
});

afterEach(() => {
  expect(vi.mocked(console.error).mock.calls).toEqual([]);
  expect(vi.mocked(console.warn).mock.calls).toEqual([]);
});
