import type { EventDetail, EventPage, EventQuery, EventRow } from "./types";

const KEPT = 5_000;
const DELTA = "message.part.delta";

/** Made-up events of one instance: some at first, and more with each call while it streams. */
export class FakeEvents {
  private rows: EventRow[] = [];
  private frozen: EventRow[] | null = null;
  private next = 0;

  constructor(
    count: number,
    private readonly perCall: number,
  ) {
    this.add(count, Date.now() - 20_000);
  }

  private add(count: number, from = Date.now()): void {
    for (let i = 0; i < count; i += 1) {
      const number = this.next;
      this.next += 1;
      const name = nameOf(number);
      const about = name.startsWith("server.") ? null : number % 11 === 5 ? "ses_2" : "ses_1";
      const size = name === DELTA ? 214 + ((number * 7) % 90) : name === "message.part.updated" ? 31_204 : 96 + number;
      this.rows.push({
        number,
        at: from + i * 37,
        name,
        session: about,
        size,
        unknown: name.startsWith("session.holo"),
      });
    }
    this.rows = this.rows.slice(-KEPT);
  }

  page(query: EventQuery): EventPage {
    this.add(this.perCall);
    this.frozen = query.paused ? (this.frozen ?? this.rows) : null;
    const listed = this.frozen ?? this.rows;
    const text = query.text.trim().toLowerCase();
    const matches = (row: EventRow) =>
      (!query.only_unknown || row.unknown) &&
      !(query.hide_heartbeats && row.name === "server.heartbeat") &&
      (row.name.includes(text) ||
        (row.session ?? "").includes(text) ||
        (row.session !== null && query.sessions.includes(row.session)));
    const matching = listed.filter(matches);
    const { from } = query;
    const anchor = from.kind === "event" ? matching.filter((row) => row.number < from.number).length : null;
    const wanted =
      from.kind === "end"
        ? matching.length - query.limit
        : from.kind === "row"
          ? from.row
          : (anchor ?? 0) - from.before;
    const first = Math.min(Math.max(wanted, 0), matching.length);
    const last = listed.at(-1)?.number ?? -1;
    const unknown = this.rows.filter((row) => row.unknown).length;
    const bytes = this.rows.reduce((sum, row) => sum + row.size, 0);
    return structuredClone({
      rows: matching.slice(first, first + query.limit),
      first,
      anchor,
      matching: matching.length,
      listed: listed.length,
      newer: this.frozen ? this.rows.filter((row) => row.number > last && matches(row)).length : 0,
      counters: {
        events_per_second: this.perCall * 4,
        bytes_per_second: this.perCall * 4 * 1_310,
        events: this.next,
        bytes,
        reconnects: 2,
        resyncs: 2,
        unknown,
        unknown_types: unknown > 0 ? [{ name: "session.holo.started", count: unknown }] : [],
      },
    });
  }

  detail(number: number): EventDetail | null {
    const row = [...(this.frozen ?? []), ...this.rows].find((known) => known.number === number);
    if (!row) return null;
    const properties = row.session
      ? {
          sessionID: row.session,
          messageID: "msg_2050880cb0014reO9Jt4",
          partID: "prt_2050880cb0014reO9Jt4",
          field: "text",
          delta: "<b>not bold</b> The token expires before the second request is made.",
        }
      : {};
    const json = JSON.stringify({ id: `evt_${row.number}`, type: row.name, properties }, null, 2);
    return {
      row,
      json,
      shown: row.size > 30_000 ? 12_000 : row.size,
      reason: row.unknown ? "This version does not know events of this type." : null,
    };
  }
}

function nameOf(number: number): string {
  if (number === 0) return "server.connected";
  if (number % 40 === 0) return "server.heartbeat";
  if (number % 97 === 50) return "session.holo.started";
  return ["message.updated", "message.part.updated", "session.status", DELTA, DELTA, DELTA, DELTA][number % 7] ?? DELTA;
}
