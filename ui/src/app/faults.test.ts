import { expect, it, vi } from "vitest";
import { reportFaults } from "./faults";

it("tells what nobody caught, what the policy refused, and what the console got as an error", () => {
  const target = new EventTarget();
  const original = vi.fn();
  const log = { error: original } as Partial<Console> as Console;
  const told: string[] = [];
  reportFaults((message) => told.push(message), target as Window, log);

  target.dispatchEvent(new ErrorEvent("error", { message: "boom", filename: "app.js", lineno: 7 }));
  target.dispatchEvent(Object.assign(new Event("unhandledrejection"), { reason: { code: "gone" } }));
  const violation = { violatedDirective: "img-src", blockedURI: "https://example.com/a.png", sourceFile: "app.js" };
  target.dispatchEvent(Object.assign(new Event("securitypolicyviolation"), { ...violation, lineNumber: 9 }));
  log.error("lost", 3, { part: "p1" });

  expect(told).toEqual([
    "boom (app.js:7)",
    'unhandled rejection: {"code":"gone"}',
    "refused by img-src: https://example.com/a.png (app.js:9)",
    'console: lost 3 {"part":"p1"}',
  ]);
  expect(original.mock.calls).toEqual([["lost", 3, { part: "p1" }]]);
  for (let i = 0; i < 500; i += 1) log.error(i);
  expect(told).toHaveLength(100);
  expect(original).toHaveBeenCalledTimes(501);
});
