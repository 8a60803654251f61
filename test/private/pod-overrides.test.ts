import { expect, test } from 'vitest';
import { checkPodOverrides } from '../../src/private/pod-overrides';

const check = (podOverrides: unknown, ownEnv: string[] = []) => checkPodOverrides(podOverrides, new Set(ownEnv), 'podOverrides').map(({ code, path, got }) => `${code} ${path} ${got}`);

test.each([
  { it: 'accepts none', podOverrides: undefined, problems: [] },
  { it: 'accepts names of its own', podOverrides: { volumes: [{ name: 'cache' }], extraContainers: [{ name: 'claude-code' }], volumeMounts: [{ name: 'cache' }, { name: 'workspace' }] }, problems: [] },
  { it: 'keeps the volume of the clone', podOverrides: { volumes: [{ name: 'workspace' }] }, problems: ['reserved-name podOverrides.volumes[0].name "workspace"'] },
  { it: 'keeps every name of the operator', podOverrides: { volumes: [{ name: 'a' }, { name: 'kelos-x' }] }, problems: ['reserved-name podOverrides.volumes[1].name "kelos-x"'] },
  { it: 'keeps the containers of the operator', podOverrides: { extraContainers: [{ name: 'kelos-agent' }] }, problems: ['reserved-name podOverrides.extraContainers[0].name "kelos-agent"'] },
  { it: 'keeps the init containers of the operator', podOverrides: { extraInitContainers: [{ name: 'git-clone' }] }, problems: ['reserved-name podOverrides.extraInitContainers[0].name "git-clone"'] },
  { it: 'has each volume once', podOverrides: { volumes: [{ name: 'a' }, { name: 'a' }] }, problems: ['duplicate podOverrides.volumes[1] "a"'] },
  { it: 'has each container once, across both lists', podOverrides: { extraContainers: [{ name: 'a' }], extraInitContainers: [{ name: 'a' }] }, problems: ['duplicate podOverrides.extraInitContainers[0] "a"'] },
  { it: 'mounts what is there', podOverrides: { volumeMounts: [{ name: 'cahce' }] }, problems: ['dangling-mount podOverrides.volumeMounts[0].name "cahce"'] },
  { it: 'mounts what is there into other containers too', podOverrides: { extraContainers: [{ name: 'a', volumeMounts: [{ name: 'b' }] }] }, problems: ['dangling-mount podOverrides.extraContainers[0].volumeMounts[0].name "b"'] },
  { it: 'never sets what is always dropped', podOverrides: { env: [{ name: 'KELOS_SETUP_COMMAND' }, { name: 'KELOS_SESSION_SETUP_ONLY' }] }, problems: ['reserved-env podOverrides.env[0].name "KELOS_SETUP_COMMAND"', 'reserved-env podOverrides.env[1].name "KELOS_SESSION_SETUP_ONLY"'] },
  { it: 'never sets what the agent sets already', podOverrides: { env: [{ name: 'KELOS_MODEL' }] }, ownEnv: ['KELOS_MODEL'], problems: ['reserved-env podOverrides.env[0].name "KELOS_MODEL"'] },
  { it: 'may set what the agent leaves unset', podOverrides: { env: [{ name: 'KELOS_MODEL' }] }, problems: [] },
  { it: 'leaves shapes to the schema', podOverrides: { volumes: 'cache', env: [null, 3, {}], volumeMounts: [{ name: 3 }] }, problems: [] },
])('$it', ({ podOverrides, ownEnv, problems }) => {
  expect(check(podOverrides, ownEnv)).toEqual(problems);
});
