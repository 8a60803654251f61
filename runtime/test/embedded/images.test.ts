import { expect, test } from 'vitest';
import { localImages, repositoryOf } from '../../src/embedded/images.ts';

test.each([
  ['acme/agent', 'acme/agent'],
  ['acme/agent:1.2', 'acme/agent'],
  ['ghcr.io/acme/agent@sha256:0123', 'ghcr.io/acme/agent'],
  ['ghcr.io/acme/agent:1.2@sha256:0123', 'ghcr.io/acme/agent'],
  ['localhost:5000/agent', 'localhost:5000/agent'],
  ['localhost:5000/agent:1', 'localhost:5000/agent'],
])('the repository of %s is %s', (image, repository) => expect(repositoryOf(image)).toBe(repository));

test('an image is found whatever its tag', async () => {
  const agent = { command: ['/bin/true'] };
  const images = localImages({ 'acme/agent:latest': agent });
  expect(await images.resolve('acme/agent:7', {})).toBe(agent);
  expect(await images.resolve('acme/other', {})).toBeUndefined();
});

test('an image is installed once for all who wait for it', async () => {
  let installs = 0;
  const lines: string[] = [];
  const images = localImages({
    agent: async ({ progress }) => {
      installs++;
      progress?.('installing');
      return { command: ['/bin/true'] };
    },
  });
  await Promise.all(['agent:1', 'agent:2', 'agent'].map((name) => images.resolve(name, { progress: (line) => lines.push(line) })));
  expect([installs, lines]).toEqual([1, ['installing']]);
});

test('an installation that failed is tried again', async () => {
  let installs = 0;
  const images = localImages({
    agent: async () => {
      if (++installs === 1) throw new Error('no network');
      return { command: ['/bin/true'] };
    },
  });
  await expect(images.resolve('agent', {})).rejects.toThrow('no network');
  expect(await images.resolve('agent', {})).toEqual({ command: ['/bin/true'] });
});

test('an unknown image is explained with what is known and what to do', () => {
  expect(localImages({ b: {}, a: {} }).explainUnknown('acme/agent:1')).toBe(
    'image "acme/agent:1" is not known on this machine, where images are not pulled; known are: a, b; to run it here, ' +
      'name the program that stands for it: images: { "acme/agent": { command: ["/path/to/program"] } }',
  );
  expect(localImages({}, { howToAdd: (name) => `pass --image ${name}=<program>` }).explainUnknown('x')).toContain('known are: none; to run it here, pass --image x=<program>');
});
