import type { Random } from './random.ts';
import type { NameRule } from './served-resource.ts';
import type { FieldError } from './status-error.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;

const RULES: Record<NameRule, { pattern: RegExp; longest: number; words: string }> = {
  'dns-label': {
    pattern: new RegExp(`^${LABEL}$`), longest: 63,
    words: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`,
  },
  'dns-subdomain': {
    pattern: new RegExp(`^${SUBDOMAIN}$`), longest: 253,
    words: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
  },
  'path-segment': { pattern: /^(?!\.\.?$)[^/%]+$/, longest: 253, words: 'may not be \'.\' or \'..\' and may not contain \'/\' or \'%\'' },
};

/** What is wrong with a name, as the API server says it; nothing when it is a name. */
export function checkName(name: string, rule: NameRule, field = 'metadata.name'): FieldError[] {
  const { pattern, longest, words } = RULES[rule];
  const wrong = (what: string): FieldError => ({ reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(name)}: ${what}` });
  return [
    ...(name.length > longest ? [wrong(`must be no more than ${longest} characters`)] : []),
    ...(pattern.test(name) ? [] : [wrong(words)]),
  ];
}

/** No vowels, so that no word comes out; no characters that look alike. */
const SUFFIX_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
/** With its suffix the name still fits a label. */
const LONGEST_BASE = 63 - SUFFIX_LENGTH;

/** `base` and five random characters, as `metadata.generateName` asks for. */
export function generateName(base: string, random: Random): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => SUFFIX_CHARACTERS[random.below(SUFFIX_CHARACTERS.length)]).join('');
  return `${base.slice(0, LONGEST_BASE)}${suffix}`;
}

const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const QUALIFIED_WORDS = 'name part must consist of alphanumeric characters, \'-\', \'_\' or \'.\', and must start and end with an alphanumeric character (e.g. \'MyName\',  or \'my.name\',  or \'123-abc\', regex used for validation is \'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\')';
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_VALUE_WORDS = 'a valid label must be an empty string or consist of alphanumeric characters, \'-\', \'_\' or \'.\', and must start and end with an alphanumeric character (e.g. \'MyValue\',  or \'my_value\',  or \'12345\', regex used for validation is \'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\')';
const LONGEST_LABEL = 63;

/** `prefix/name`, the prefix a DNS subdomain: keys of labels, annotations and finalizers. */
export function checkQualifiedName(key: string, field: string): FieldError[] {
  const wrong = (what: string): FieldError => ({ reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(key)}: ${what}` });
  const parts = key.split('/');
  if (parts.length > 2) return [wrong(`${QUALIFIED_WORDS.replace('name part', 'a valid label key')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`)];
  const name = parts.at(-1)!;
  if (parts.length === 2 && !RULES['dns-subdomain'].pattern.test(parts[0]!)) return [wrong(`prefix part ${RULES['dns-subdomain'].words}`)];
  if (name === '') return [wrong('name part must be non-empty')];
  if (name.length > LONGEST_LABEL) return [wrong(`name part must be no more than ${LONGEST_LABEL} characters`)];
  return QUALIFIED_NAME.test(name) ? [] : [wrong(QUALIFIED_WORDS)];
}

export function checkLabels(labels: Readonly<Record<string, string>>, field: string): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...checkQualifiedName(key, field),
    ...(value.length > LONGEST_LABEL
      ? [{ reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: must be no more than ${LONGEST_LABEL} characters` } as const]
      : []),
    ...(LABEL_VALUE.test(value) ? [] : [{ reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${LABEL_VALUE_WORDS}` } as const]),
  ]);
}
