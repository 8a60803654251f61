import type { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { Quantity } from './quantity.ts';

/** The functions that Kubernetes adds to CEL and that rules of custom resources use: quantities, regular expressions, lists, URLs. */
export function registerKubernetesLibrary(environment: Environment): Environment {
  registerQuantities(environment);
  registerLists(environment);
  registerUrls(environment);
  return environment
    .registerFunction(`string.${SAFE_MATCHES}(string): bool`, (text: string, pattern: string) => RE2JS.compile(pattern).matcher(text).find())
    .registerFunction('string.find(string): string', (text: string, pattern: string) => matches(text, pattern, 1)[0] ?? '')
    .registerFunction('string.findAll(string): list', (text: string, pattern: string) => matches(text, pattern, -1))
    .registerFunction('string.findAll(string, int): list', (text: string, pattern: string, limit: bigint) => matches(text, pattern, Number(limit)));
}

/** What `matches` is called inside. The engine's own runs on JavaScript's expressions, which can take for ever, and cannot be replaced. */
const SAFE_MATCHES = 'matchRE';
/** Texts and comments, which are left as they are, or a call of `matches`. */
const CALL_OF_MATCHES =
  /[rR][bB]?(?:'''.*?'''|""".*?"""|'[^']*'|"[^"]*")|'''(?:\\.|[^\\])*?'''|"""(?:\\.|[^\\])*?"""|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\/\/[^\n]*|(\.\s*)matches(?=\s*\()/gs;

/** An expression whose `matches` runs on RE2, in time linear to the text, as CEL promises. Nothing else in it moves, so that an error still points to its place. */
export function withSafeMatches(expression: string): string {
  return expression.replace(CALL_OF_MATCHES, (found: string, dot: string | undefined) => (dot === undefined ? found : `${dot}${SAFE_MATCHES}`));
}

/** Runs what may throw, and lets it speak of `matches` as the author wrote it. */
export function inWordsOfAuthor<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(SAFE_MATCHES, 'matches');
    throw error;
  }
}

/** Negative: all of them. */
function matches(text: string, pattern: string, limit: number): string[] {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found: string[] = [];
  while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group()!);
  return found;
}

function registerQuantities(environment: Environment): void {
  const nanosPerUnit = 1_000_000_000n;
  environment
    .registerType('kubernetes.Quantity', Quantity)
    .registerFunction('quantity(dyn): kubernetes.Quantity', (value: unknown) => Quantity.parse(String(value)))
    .registerFunction('isQuantity(dyn): bool', (value: unknown) => Quantity.isQuantity(String(value)))
    .registerFunction('kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool', (left: Quantity, right: Quantity) => left.nanos < right.nanos)
    .registerFunction('kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool', (left: Quantity, right: Quantity) => left.nanos > right.nanos)
    .registerFunction('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', (left: Quantity, right: Quantity) => left.compareTo(right))
    .registerFunction('kubernetes.Quantity.sign(): int', (value: Quantity) => value.compareTo(new Quantity(0n)))
    .registerFunction('kubernetes.Quantity.isInteger(): bool', (value: Quantity) => value.nanos % nanosPerUnit === 0n)
    .registerFunction('kubernetes.Quantity.asInteger(): int', (value: Quantity) => value.nanos / nanosPerUnit)
    .registerFunction('kubernetes.Quantity.asApproximateFloat(): double', (value: Quantity) => Number(value.nanos) / Number(nanosPerUnit))
    .registerFunction('kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity', (left: Quantity, right: Quantity) => new Quantity(left.nanos + right.nanos))
    .registerFunction('kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity', (left: Quantity, right: Quantity) => new Quantity(left.nanos - right.nanos));
}

type Comparable = bigint | number | string;

function registerLists(environment: Environment): void {
  environment
    .registerFunction('list.isSorted(): bool', (items: Comparable[]) => items.every((item, index) => index === 0 || items[index - 1]! <= item))
    .registerFunction('list.sum(): dyn', (items: (bigint | number)[]) => items.reduce<bigint | number>(
      (sum, item) => (typeof sum === 'bigint' && typeof item === 'bigint' ? sum + item : Number(sum) + Number(item)), 0n))
    .registerFunction('list.min(): dyn', (items: Comparable[]) => items.reduce((least, item) => (item < least ? item : least)))
    .registerFunction('list.max(): dyn', (items: Comparable[]) => items.reduce((most, item) => (item > most ? item : most)))
    .registerFunction('list.indexOf(dyn): int', (items: unknown[], item: unknown) => BigInt(items.indexOf(item)))
    .registerFunction('list.lastIndexOf(dyn): int', (items: unknown[], item: unknown) => BigInt(items.lastIndexOf(item)));
}

function registerUrls(environment: Environment): void {
  environment
    .registerType('kubernetes.URL', URL)
    .registerFunction('isURL(string): bool', (text: string) => URL.canParse(text))
    .registerFunction('url(string): kubernetes.URL', (text: string) => new URL(text))
    .registerFunction('kubernetes.URL.getScheme(): string', (value: URL) => value.protocol.replace(/:$/, ''))
    .registerFunction('kubernetes.URL.getHost(): string', (value: URL) => value.host)
    .registerFunction('kubernetes.URL.getHostname(): string', (value: URL) => value.hostname)
    .registerFunction('kubernetes.URL.getPort(): string', (value: URL) => value.port)
    .registerFunction('kubernetes.URL.getEscapedPath(): string', (value: URL) => value.pathname);
}
