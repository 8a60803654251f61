import { call, type Expression, literal, members } from '../expression.ts';
import type { Props } from './find.ts';
import { durationOf } from './duration.ts';

type Annotations = Readonly<Record<string, string>>;

/** How an annotation becomes a property, if its text is one that the property would be written as. */
type Reader = (text: string) => Expression | undefined;

const wholeNumber: Reader = (text) => (/^(0|[1-9]\d{0,14})$/.test(text) ? literal(Number(text)) : undefined);
const duration: Reader = (text) => (wholeNumber(text) ? durationOf(Number(text)) : undefined);
const dollars: Reader = (text) => (String(Number(text)) === text ? call('Cost.usd', literal(Number(text))) : undefined);
const yes: Reader = (text) => (text === 'true' ? literal(true) : undefined);

const READERS: Readonly<Record<string, Readonly<Record<string, readonly [property: string, read: Reader]>>>> = {
  Task: {
    'taskwright.dev/retry-limit': ['limit', wholeNumber],
    'taskwright.dev/retry-backoff-seconds': ['backoff', duration],
    'taskwright.dev/ttl-seconds-after-failed': ['ttlAfterFailed', duration],
    'taskwright.dev/max-cost-usd': ['maxCost', dollars],
    'taskwright.dev/max-input-tokens': ['maxInputTokens', wholeNumber],
    'taskwright.dev/max-output-tokens': ['maxOutputTokens', wholeNumber],
    'taskwright.dev/hard-stop': ['hardStop', yes],
  },
  TaskBudget: { 'taskwright.dev/hard-stop': ['hardStop', yes] },
  Workspace: { 'taskwright.dev/submodules': ['submodules', yes] },
};

/** The properties that a construct writes as annotations, and the annotations that are left. */
export function annotated(kind: string, annotations: Annotations): { props: Props; rest: Annotations } {
  const props: Record<string, Expression> = {};
  const rest: Record<string, string> = {};
  for (const [name, text] of Object.entries(annotations)) {
    const [property, read] = READERS[kind]?.[name] ?? [];
    const value = read?.(text);
    if (property === undefined || value === undefined) rest[name] = text;
    else props[property] = value;
  }
  const { limit, backoff, ...others } = props;
  if (limit) return { props: { ...others, retries: members({ limit, backoff }) }, rest };
  // How long to wait before another attempt says nothing without a number of attempts.
  return backoff ? { props: others, rest: { ...rest, [BACKOFF]: annotations[BACKOFF]! } } : { props: others, rest };
}

const BACKOFF = 'taskwright.dev/retry-backoff-seconds';
