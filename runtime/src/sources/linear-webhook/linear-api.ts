import type { SourceContext } from '../source.ts';

/** The SDK of Linear takes 20 MB of memory for what are two questions here. */
const API = 'https://api.linear.app/graphql';

interface Answer<Data> {
  readonly errors?: readonly unknown[];
  readonly data?: Data;
}

/** Asks Linear. `about` says what, for messages. **Errors** What it answered, never the key. */
export async function askLinear<Data>(about: string, body: { readonly query: string; readonly variables?: object }, apiKey: string, { fetch, signal }: Pick<SourceContext, 'fetch' | 'signal'>): Promise<Data | undefined> {
  const response = await fetch(API, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: apiKey },
    body: JSON.stringify(body),
    redirect: 'error',
    signal,
  });
  if (!response.ok) throw new Error(`Linear, ${about}: it answered ${response.status}`);
  const { errors = [], data } = (await response.json()) as Answer<Data>;
  if (errors.length > 0) throw new Error(`Linear, ${about}: it answered with ${errors.length} errors`);
  return data;
}
