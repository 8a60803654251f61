import { expect, test } from 'vitest';
import { hostPathOf } from '../../../src/embedded/process-runner/mounts.ts';
import { pathMapper } from '../../../src/embedded/process-runner/path-mapping.ts';

const mounts = [
  { containerPath: '/workspace', hostPath: '/run/1/work', readOnly: false },
  { containerPath: '/kelos/plugin', hostPath: '/run/1/plugin', readOnly: false },
  { containerPath: '/workspace/cache', hostPath: '/run/1/cache', readOnly: false },
];

test.each([
  ['/workspace', '/run/1/work'],
  ['/workspace/repo', '/run/1/work/repo'],
  ['/workspace/cache/x', '/run/1/cache/x'],
  ['/workspaces', '/workspaces'],
  ['/workspace-old', '/workspace-old'],
  ['/workspace.bak', '/workspace.bak'],
  ['/my/workspace', '/my/workspace'],
  ['https://host/workspace', 'https://host/workspace'],
  ['cd /workspace && ls "/workspace/repo".', 'cd /run/1/work && ls "/run/1/work/repo".'],
  ['DIR=/workspace:/kelos/plugin:/bin', 'DIR=/run/1/work:/run/1/plugin:/bin'],
  ['{"path":"/kelos/plugin/tools"}', '{"path":"/run/1/plugin/tools"}'],
  ['Look at /workspace.', 'Look at /run/1/work.'],
])('%s becomes %s', (text, expected) => expect(pathMapper(mounts)(text)).toBe(expected));

test('without mounts every text stays', () => expect(pathMapper([])('/workspace')).toBe('/workspace'));

test.each([
  ['/workspace/cache/x', '/run/1/cache/x'],
  ['/workspace/x', '/run/1/work/x'],
  ['/elsewhere', undefined],
])('%s is %s on this machine', (path, expected) => expect(hostPathOf(path, mounts)).toBe(expected));
