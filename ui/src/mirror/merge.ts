type Plain = Record<string, unknown>;

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (!isPlain(a) || !isPlain(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

function keyOf(item: unknown): unknown {
  return isPlain(item) ? (item.id ?? item.number) : undefined;
}

function mergeList(target: unknown[], source: unknown[]): void {
  const known = new Map<unknown, unknown>();
  for (const item of target) {
    const key = keyOf(item);
    if (key !== undefined) known.set(key, item);
  }
  const next = source.map((item) => {
    const mine = known.get(keyOf(item));
    if (!isPlain(mine) || !isPlain(item)) return item;
    merge(mine, item);
    return mine;
  });
  if (next.length !== target.length || next.some((item, i) => item !== target[i])) {
    target.splice(0, target.length, ...next);
  }
}

/**
 * Makes `target` equal to `source` in place, touching only what differs, so that what is drawn from the rest stays.
 * Items of lists are the same item when they have the same `id` or `number`.
 */
export function merge<T extends object>(target: T, source: T): void {
  const to = target as Plain;
  const from = source as Plain;
  for (const key of Object.keys(to)) {
    if (!(key in from)) delete to[key];
  }
  for (const [key, value] of Object.entries(from)) {
    const mine = to[key];
    if (Array.isArray(mine) && Array.isArray(value) && value.some((item) => keyOf(item) !== undefined)) {
      mergeList(mine, value);
    } else if (isPlain(mine) && isPlain(value)) {
      merge(mine, value);
    } else if (!same(mine, value)) {
      to[key] = value;
    }
  }
}
