/** Whether a list has that place, counted from its end where it is negative, or an object that member of its own. */
export function hasMember(value: unknown, name: string | number): boolean {
  if (Array.isArray(value)) return typeof name === 'number' && name < value.length && name >= -value.length;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, String(name));
}

/** What {@link hasMember} says is there. */
export function memberOf(value: unknown, name: string | number): unknown {
  if (Array.isArray(value)) return value.at(name as number);
  return (value as Record<string, unknown>)[name];
}
