// What the scripts say while they work: short lines, one for each step, with its time.

const colours = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint("1");
export const dim = paint("2");
export const green = paint("32");
export const red = paint("31");

/** An error whose message is for the person; no stack is shown. */
export class Stop extends Error {}

export function say(line = "") {
  process.stdout.write(`${line}\n`);
}

/** A time in words that do not jump about: `0.4 s`, `12 s`, `3 min 05 s`. */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** Runs `work` and prints what it was and how long it took. */
export async function step(title, work) {
  const began = performance.now();
  say(`${bold("•")} ${title} …`);
  const value = await work();
  say(`${green("✓")} ${title} ${dim(duration(performance.now() - began))}`);
  return value;
}

/** Runs a script's main function: its number is the exit code, and an error is shown as a person should read it. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    const text = error instanceof Stop ? error.message : (error?.stack ?? String(error));
    process.stderr.write(`${red("✗")} ${text}\n`);
    process.exitCode = 1;
  }
}
