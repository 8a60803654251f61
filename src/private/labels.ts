import { type Problem, quote } from './problem';

const NAME = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
/** The key of a label, for RE2 too; the domain before its name has at most {@link LONGEST_DOMAIN} characters. */
export const LABEL_KEY = `^(${DNS_LABEL}([.]${DNS_LABEL})*/)?${NAME}$`;
export const LONGEST_DOMAIN = 253;
/** The value of a label. */
export const LABEL_VALUE = `^(${NAME})?$`;

const KEY = new RegExp(LABEL_KEY);
const VALUE = new RegExp(LABEL_VALUE);

/** Checks the key of a label: a name, with a domain before it or not. */
export function checkLabelKey(key: string, path: string): Problem[] {
  return KEY.test(key) && key.indexOf('/') <= LONGEST_DOMAIN ? [] : [{ code: 'invalid-name', path, got: quote(key), allowed: 'the key of a label is at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit; example.com/ may stand before it' }];
}

/** Checks the value of a label, which may be empty. */
export function checkLabelValue(value: unknown, path: string): Problem[] {
  if (typeof value !== 'string') return [{ code: 'type', path, got: `a ${typeof value}`, allowed: 'it has to be a text' }];
  return VALUE.test(value) ? [] : [{ code: 'pattern', path, got: quote(value), allowed: 'the value of a label is at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit' }];
}
