/** A number of bytes, short: `312 B`, `4.1 KB`, `16 MB`. */
export function bytesWords(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  const units = ["KB", "MB", "GB"];
  let value = bytes / 1_000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** A count with separators: `12,304`. */
export function countWords(count: number): string {
  return count.toLocaleString("en");
}

/** A rate: one digit after the point while it is small. */
export function rateWords(rate: number): string {
  return rate > 0 && rate < 9.95 ? rate.toFixed(1) : countWords(Math.round(rate));
}

/** The time of day to the millisecond: `09:05:07.042`. */
export function preciseClock(at: number): string {
  const time = new Date(at);
  const two = (number: number) => String(number).padStart(2, "0");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
