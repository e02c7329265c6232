import { type Accessor, createSignal, onCleanup } from "solid-js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time, in milliseconds since the Unix epoch, renewed each `every` milliseconds while the component lives. */
export function createNow(every = SECOND): Accessor<number> {
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), every);
  onCleanup(() => clearInterval(timer));
  return now;
}

/** How long something took: `0.4 s`, `12 s`, `3 m 05 s`, `2 h 10 m`. */
export function durationWords(ms: number): string {
  const time = Math.max(0, ms);
  if (time < 10 * SECOND) return `${(time / SECOND).toFixed(1)} s`;
  const seconds = Math.floor(time / SECOND);
  if (time < MINUTE) return `${seconds} s`;
  const minutes = Math.floor(time / MINUTE);
  if (time < HOUR) return `${minutes} m ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(time / HOUR)} h ${String(minutes % 60).padStart(2, "0")} m`;
}

/** Whole seconds until `at`, at least 0. */
export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / SECOND));
}

/** How long ago, short: `now`, `4 m`, `3 h`, `2 d`, `5 w`. */
export function ageWords(at: number, now: number): string {
  const age = now - at;
  if (age < MINUTE) return "now";
  if (age < HOUR) return `${Math.floor(age / MINUTE)} m`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  if (age < 7 * DAY) return `${Math.floor(age / DAY)} d`;
  return `${Math.floor(age / (7 * DAY))} w`;
}

/** The heading under which a day's sessions stand. */
export function dayWords(at: number, now: number): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (at >= midnight) return "Today";
  // Half a day back from midnight is yesterday, also where the clock was changed.
  if (at >= new Date(midnight - DAY / 2).setHours(0, 0, 0, 0)) return "Yesterday";
  if (at >= midnight - 6 * DAY) return "Last 7 days";
  if (at >= midnight - 29 * DAY) return "Last 30 days";
  return "Older";
}

/** The time of day, as people write it here: `14:05`, `2:05 PM`. */
export const clockWords = formatted({ hour: "numeric", minute: "2-digit" });

/** The day and the time, whole. */
export const dateWords = formatted({ dateStyle: "full", timeStyle: "medium" });

/** Making a format takes milliseconds, and a transcript has many times: it is made anew only where the zone changed. */
function formatted(options: Intl.DateTimeFormatOptions): (at: number) => string {
  let format: Intl.DateTimeFormat | undefined;
  let offset = 0;
  return (at) => {
    const now = new Date().getTimezoneOffset();
    if (!format || now !== offset) {
      format = new Intl.DateTimeFormat(undefined, options);
      offset = now;
    }
    return format.format(at);
  };
}
