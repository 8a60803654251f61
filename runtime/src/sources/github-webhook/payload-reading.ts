/** Reads what may have any shape: own properties only, and nothing where it is of another type. */
export type Payload = Readonly<Record<string, unknown>>;

/** What is at the end of the names; nothing where one of them leads nowhere. */
export function valueAt(from: unknown, ...names: readonly string[]): unknown {
  let value = from;
  for (const name of names) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

export function recordAt(from: unknown, ...names: readonly string[]): Payload | undefined {
  const value = valueAt(from, ...names);
  return isRecord(value) ? value : undefined;
}

export function listAt(from: unknown, ...names: readonly string[]): readonly unknown[] {
  const value = valueAt(from, ...names);
  return Array.isArray(value) ? value : [];
}

/** An empty text is as good as none. */
export function textAt(from: unknown, ...names: readonly string[]): string {
  const value = valueAt(from, ...names);
  return typeof value === 'string' ? value : '';
}

/** A whole number above zero, as everything is numbered at GitHub. */
export function numberAt(from: unknown, ...names: readonly string[]): number | undefined {
  const value = valueAt(from, ...names);
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

export function isRecord(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
