import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { afterPaint } from "./paint";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("calls back once, after a frame", async () => {
  const callback = vi.fn();
  afterPaint(callback);
  expect(callback).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(50);
  expect(callback).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(500);
  expect(callback).toHaveBeenCalledTimes(1);
});

it("calls back within 200 ms where no frame is painted", async () => {
  vi.stubGlobal("requestAnimationFrame", () => 0);
  const callback = vi.fn();
  afterPaint(callback);
  await vi.advanceTimersByTimeAsync(200);
  expect(callback).toHaveBeenCalledTimes(1);
  vi.unstubAllGlobals();
});
