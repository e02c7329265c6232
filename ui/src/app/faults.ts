/** Faults told in one life of the page; a fault that comes again and again is not worth more. */
const LIMIT = 100;

/** Tells `report` of everything that goes wrong in the page without anyone having caught it, and of what the console got as an error. */
export function reportFaults(report: (message: string) => void, target: Window = window, log: Console = console): void {
  let told = 0;
  const tell = (message: string) => {
    told += 1;
    if (told <= LIMIT) report(message);
  };
  target.addEventListener("error", (event) => tell(`${event.message} (${event.filename}:${event.lineno})`));
  target.addEventListener("unhandledrejection", (event) => tell(`unhandled rejection: ${wordsOf(event.reason)}`));
  target.addEventListener("securitypolicyviolation", (event) =>
    tell(`refused by ${event.violatedDirective}: ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`),
  );
  const original = log.error;
  log.error = (...values: unknown[]) => {
    original.apply(log, values);
    tell(`console: ${values.map(wordsOf).join(" ")}`);
  };
}

function wordsOf(value: unknown): string {
  if (value instanceof Error) return value.stack ?? value.message;
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return String(value);
  }
}
