import type { WorkspaceSpec } from '@taskwright/schema';
import { call, literal, members } from '../expression.ts';
import type { Find, Props } from './find.ts';
import { secretNamed } from './secret.ts';

/** The manifest names a Secret and not what is in it: an URL of SSH tells a key, any other is taken to have a token. */
export function workspaceProps({ repo, ref, secretRef, remotes, files, setupCommand, ghproxy }: WorkspaceSpec, { typed }: Find): Props {
  const factory = repo.startsWith('git@') ? 'GitCredentials.sshKey' : 'GitCredentials.token';
  return {
    repo: literal(repo),
    ref: ref === undefined ? undefined : literal(ref),
    credentials: secretRef && call(factory, secretNamed(secretRef.name)),
    remotes: remotes && members(Object.fromEntries(remotes.map(({ name, url }) => [name, literal(url)]))),
    files: files && members(Object.fromEntries(files.map(({ path, content }) => [path, literal(content)]))),
    setupCommand: setupCommand && typed(setupCommand, 'setupCommand'),
    ghproxy: ghproxy && literal(true),
  };
}
