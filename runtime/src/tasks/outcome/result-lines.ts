/** What an agent left behind, as lines: most are `key: value`. */
export interface AgentResult {
  readonly lines: readonly string[];
  /** The outputs that its Task declares, as the program in the Pod checked them. */
  readonly results?: Readonly<Record<string, unknown>>;
  /** Why the agent failed, in its own words. */
  readonly error?: string;
  /** The lines are not all there was: the place they were in was too small. */
  readonly truncated?: boolean;
  /** It was stopped because it had spent what it may. */
  readonly reason?: 'Limit';
}

/**
 * Reads what is in the container's termination message: the JSON of our own agent program, or `key: value` lines of any
 * other. A message without a single such line is taken for the reason of a failure, as Kubernetes means it to be.
 *
 * Nothing: there is no message, or the kubelet cut one that was too long.
 */
export function parseTerminationMessage(message: string | undefined): AgentResult | undefined {
  const text = message?.trim() ?? '';
  if (text === '') return undefined;
  if (text.startsWith('{')) return parseEnvelope(text);
  const lines = splitLines(text);
  return lines.some((line) => keyValue(line)) ? { lines } : { lines: [], error: text };
}

/** How a log has the outputs, in one line of JSON. */
const RESULTS = 'taskwright-results: ';

/** The outputs among the lines of a log, and the other lines. */
export function splitResults(lines: readonly string[]): Pick<AgentResult, 'lines' | 'results'> {
  const others = lines.filter((line) => !line.startsWith(RESULTS));
  const text = lines.findLast((line) => line.startsWith(RESULTS))?.slice(RESULTS.length);
  try {
    const results: unknown = JSON.parse(text ?? 'null');
    return { lines: others, ...(isObject(results) ? { results } : {}) };
  } catch {
    return { lines: others };
  }
}

/** The lines as a map, cut at the first `": "`. Of two lines with one key the later counts. */
export function resultsOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.map(keyValue).filter((pair) => pair !== undefined));
}

export function splitLines(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
}

function keyValue(line: string): [key: string, value: string] | undefined {
  const cut = line.indexOf(': ');
  return cut > 0 ? [line.slice(0, cut), line.slice(cut + 2)] : undefined;
}

function parseEnvelope(text: string): AgentResult | undefined {
  let envelope: { taskwright?: unknown; outputs?: unknown; error?: unknown; truncated?: unknown; results?: unknown; reason?: unknown };
  try {
    envelope = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (envelope.taskwright !== 1) return { lines: [], error: text };
  const outputs = Array.isArray(envelope.outputs) ? envelope.outputs : [];
  return {
    lines: outputs.filter((line) => typeof line === 'string').flatMap(splitLines),
    ...(typeof envelope.error === 'string' && envelope.error !== '' ? { error: envelope.error } : {}),
    ...(isObject(envelope.results) ? { results: envelope.results } : {}),
    ...(envelope.truncated === true ? { truncated: true } : {}),
    ...(envelope.reason === 'Limit' ? { reason: 'Limit' } : {}),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
