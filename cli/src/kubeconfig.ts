import { readFile } from 'node:fs/promises';
import type { HttpFace } from '@taskwright/runtime/embedded';
import type { ClusterConfig } from '@taskwright/runtime/kube';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

/** A kubeconfig for the engine. With its token anybody may start programs as this user, so the file is the user's alone. */
export function kubeconfigFor({ url, ca, token }: HttpFace): string {
  const name = 'taskwright';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  });
}

/** Only what {@link kubeconfigFor} writes. */
const ofEngine = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ 'server': z.url({ protocol: /^https$/, hostname: /^127\.0\.0\.1$/ }), 'certificate-authority-data': z.base64() }) })]),
  users: z.tuple([z.object({ user: z.strictObject({ token: z.string() }) })]),
});

/**
 * Reads what {@link kubeconfigFor} wrote; undefined for anything else.
 *
 * The file is in the folder a person works in, which may be a stranger's repository that brings its own: as a kubeconfig it could
 * name a file whose content is sent to a server far away.
 */
export async function readEngineConfig(file: string): Promise<ClusterConfig | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const { success, data } = ofEngine.safeParse(parseOrNothing(text));
  if (!success) return undefined;
  const [{ cluster }] = data.clusters;
  const [{ user }] = data.users;
  return { server: cluster.server, ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(), token: async () => user.token, namespace: 'default' };
}

function parseOrNothing(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}
