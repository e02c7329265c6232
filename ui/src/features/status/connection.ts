import type { Connection } from "../../backend/types";
import { secondsUntil } from "../../shared/time";

/** The connection in words. */
export function connectionWords(connection: Connection, now: number): string {
  switch (connection.state) {
    case "connecting":
      return "Connecting…";
    case "connected":
      return "Connected";
    case "reconnecting": {
      // The clock that the window draws by is up to a second old when the news comes.
      const seconds = Math.min(secondsUntil(connection.at, now), Math.ceil(connection.delay_ms / 1_000));
      // Attempt 0 is the one that is made at once, before any delay.
      const turn = connection.attempt > 0 ? ` (${connection.attempt} of ${connection.attempts})` : "";
      return seconds > 0 ? `Reconnecting in ${seconds} s${turn}` : `Reconnecting…${turn}`;
    }
    case "disconnected":
      return "Disconnected";
  }
}
