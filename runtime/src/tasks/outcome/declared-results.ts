import type { DeclaredOutputs } from '../declared-outputs.ts';
import { listed } from './clean-text.ts';
import { type AgentResult, resultsOf } from './result-lines.ts';

/** What declared outputs may hold together, in bytes: the agent's program keeps to a quarter of it, and etcd refuses an object of 1.5 MiB. */
const MOST_BYTES = 128 * 1024;

/**
 * The declared outputs among what an agent left, as texts: a text as it is, everything else as JSON in one line. Our own program in the Pod has checked
 * each; another image may write them as `name: value` lines.
 */
export function declaredResults(result: AgentResult | undefined, { names }: DeclaredOutputs): Readonly<Record<string, string>> {
  const { lines = [], results = {} } = result ?? {};
  const written = resultsOf(lines);
  return Object.fromEntries(names.flatMap((name): [string, string][] => {
    if (Object.hasOwn(results, name)) return [[name, textOf(results[name])]];
    return Object.hasOwn(written, name) ? [[name, written[name]!]] : [];
  }));
}

/** Why what an agent left that succeeded is not what its Task declares; nothing if it is. None of it is ever cut. */
export function declaredProblem(result: AgentResult | undefined, declared: DeclaredOutputs): string | undefined {
  const results = declaredResults(result, declared);
  const missing = declared.required.filter((name) => results[name] === undefined);
  if (missing.length > 0) {
    const why = result?.truncated ? '; they are longer than the 4096 bytes of a termination message, and its log is gone' : '';
    return `Agent left no output ${listed(missing)}, which the Task declares${why}`;
  }
  const bytes = Object.entries(results).map(([name, text]) => [name, Buffer.byteLength(text)] as const).sort(([, a], [, b]) => b - a);
  const total = bytes.reduce((sum, [, size]) => sum + size, 0);
  const [largest] = bytes;
  return largest && total > MOST_BYTES ? `Agent left outputs of ${total} bytes, ${listed([largest[0]])} of ${largest[1]}; at most ${MOST_BYTES} can be kept` : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
