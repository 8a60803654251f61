import { readFile } from 'node:fs/promises';
import type { Clock } from '../kube/clock.ts';
import type { ServerSecrets } from './doors.ts';
import type { WebhookSourceName } from './endpoint.ts';

/** Files that hold what is shared by all namespaces: those of a Secret that is mounted. */
export interface SecretFiles {
  readonly signing: Readonly<Partial<Record<WebhookSourceName, string>>>;
  readonly linearApiKey?: string;
}

/** A kubelet takes about a minute to show a change, so this is soon enough. */
const FRESH_MS = 10_000;

/** Reads them anew while the process runs, since they are replaced by others. One that is missing holds nothing. */
export function secretFiles(files: SecretFiles, clock: Clock, onError: (error: unknown) => void): ServerSecrets {
  const answers = new Map<string, { readonly text: Promise<string | undefined>; readonly at: number }>();
  const read = async (path: string | undefined): Promise<string | undefined> => {
    if (path === undefined) return undefined;
    const known = answers.get(path);
    if (known && clock.elapsed() - known.at < FRESH_MS) return known.text;
    const text = readFile(path, 'utf8').catch((error: unknown) => {
      onError(error);
      return undefined;
    });
    answers.set(path, { text, at: clock.elapsed() });
    return text;
  };
  return {
    signing: (source) => read(files.signing[source]),
    linearApiKey: async () => (await read(files.linearApiKey))?.trim() || undefined,
  };
}
