import type { Settings } from "../../backend/types";

/** The settings as they are being typed. */
export interface Draft {
  opencodePath: string;
  readySeconds: string;
  baseSeconds: string;
  attempts: string;
  enterSends: boolean;
}

/** What was typed as settings, or why it cannot be. */
export interface Checked {
  settings: Settings | null;
  errors: Partial<Record<keyof Draft, string>>;
}

/** The settings in the form in which they are typed. */
export function draftOf(settings: Settings): Draft {
  return {
    opencodePath: settings.opencode_path ?? "",
    readySeconds: String(settings.ready_timeout_ms / 1_000),
    baseSeconds: String(settings.reconnect_base_ms / 1_000),
    attempts: String(settings.reconnect_attempts),
    enterSends: settings.enter_sends,
  };
}

/** Checks what was typed over the settings in force: those that have no field stay. The limits are the core's. */
export function checkSettings(draft: Draft, inForce: Settings): Checked {
  const errors: Checked["errors"] = {};
  const path = draft.opencodePath.trim();
  if (path && !/^(\/|~\/|[A-Za-z]:[\\/])/.test(path)) errors.opencodePath = "Write the full path of the binary.";
  const ready = within(draft.readySeconds, 1, 600);
  if (ready === null) errors.readySeconds = "A number of seconds from 1 to 600.";
  const base = within(draft.baseSeconds, 0.01, 60);
  if (base === null) errors.baseSeconds = "A number of seconds from 0.01 to 60.";
  const attempts = within(draft.attempts, 1, 20);
  if (attempts === null || !Number.isInteger(attempts)) errors.attempts = "A whole number from 1 to 20.";
  if (ready === null || base === null || attempts === null || Object.keys(errors).length > 0) {
    return { settings: null, errors };
  }
  return {
    settings: {
      ...inForce,
      opencode_path: path || null,
      ready_timeout_ms: Math.round(ready * 1_000),
      reconnect_base_ms: Math.round(base * 1_000),
      reconnect_attempts: attempts,
      enter_sends: draft.enterSends,
    },
    errors,
  };
}

function within(text: string, least: number, most: number): number | null {
  const trimmed = text.trim();
  const value = Number(trimmed);
  return trimmed !== "" && Number.isFinite(value) && value >= least && value <= most ? value : null;
}
