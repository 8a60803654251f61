import { createHash } from 'node:crypto';
import type { SourceContext } from '../source.ts';
import { askLinear } from './linear-api.ts';

const QUERY = 'query IssueLabels($id: String!) { issue(id: $id) { labels { nodes { name } } } }';
/** So long an answer is used again: every spawner that listens asks about one comment within moments. */
const KEPT_MS = 10_000;
const MOST_KEPT = 1_000;

interface Known {
  readonly labels: Promise<readonly string[]>;
  readonly until: number;
}

/**
 * The labels of issues of Linear.
 *
 * **Guarantee** An issue is asked for once, whoever wants to know at that time.
 *
 * **Errors** What Linear answered, never the key. It is asked again the next time.
 */
export class LinearLabels {
  readonly #known = new Map<string, Known>();

  of(issueId: string, apiKey: string, context: Pick<SourceContext, 'fetch' | 'clock' | 'signal'>): Promise<readonly string[]> {
    const key = `${createHash('sha256').update(apiKey).digest('hex')}/${issueId}`;
    const now = context.clock.elapsed();
    const known = this.#known.get(key);
    if (known && known.until > now) return known.labels;
    const labels = ask(issueId, apiKey, context);
    this.#known.delete(key);
    if (this.#known.size >= MOST_KEPT) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, { labels, until: now + KEPT_MS });
    labels.catch(() => this.#known.delete(key));
    return labels;
  }
}

interface Labels {
  readonly issue?: { readonly labels?: { readonly nodes?: readonly { readonly name?: unknown }[] } };
}

async function ask(id: string, apiKey: string, context: Pick<SourceContext, 'fetch' | 'signal'>): Promise<readonly string[]> {
  const data = await askLinear<Labels>('labels of an issue', { query: QUERY, variables: { id } }, apiKey, context);
  return (data?.issue?.labels?.nodes ?? []).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}
