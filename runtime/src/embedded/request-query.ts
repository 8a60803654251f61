import { badRequest } from './status-error.ts';

/** Whether a parameter is switched on. Anything but `true` and `1` is off. */
export function isTrue(query: URLSearchParams, name: string): boolean {
  return query.get(name) === 'true' || query.get(name) === '1';
}

/** A number of seconds, lines or objects; undefined without the parameter, 400 for anything but a whole number. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`${name}: Invalid value: ${JSON.stringify(text)}: must be a whole number, 0 or more`);
  return Number(text);
}
