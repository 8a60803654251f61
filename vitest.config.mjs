import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Tests run from the sources: neither jsii nor tsc has to run first. */
export const sources = {
  resolve: {
    conditions: ['taskwright-source', 'node', 'import', 'module', 'default'],
    alias: {
      'cdk8s-taskwright/template': here('src/template/index.ts'),
      'cdk8s-taskwright/output-schema': here('src/output-schema.ts'),
      'cdk8s-taskwright/schedule': here('src/schedule.ts'),
      'cdk8s-taskwright': here('src/index.ts'),
    },
  },
  ssr: { resolve: { conditions: ['taskwright-source', 'node', 'import', 'module', 'default'] } },
};

/** Ends what hangs, and says nothing of how long a test may take: the machine may be busy with something else. */
export const HANGS_AFTER_MS = 180_000;

/** Whole lives in virtual time: they compute, and nothing else. */
const SIMULATED = ['runtime/test/faults/walk*.test.ts', 'runtime/test/faults/simulation.test.ts'];

const project = (name, options) => ({
  ...sources,
  test: {
    name,
    exclude: ['runtime/test/cluster/**', 'runtime/test/node/**', 'test/python/**', '**/node_modules/**', ...(name === 'runtime' ? SIMULATED : [])],
    environment: 'node',
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    expect: { poll: { timeout: HANGS_AFTER_MS / 3 } },
    ...options,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('constructs', { include: ['test/**/*.test.ts'] }),
      project('schema', { include: ['schema/test/**/*.test.ts'] }),
      project('runtime', { include: ['runtime/test/**/*.test.ts'], setupFiles: ['runtime/test/seed.ts'] }),
      project('cli', { include: ['cli/test/**/*.test.ts'] }),
      // vitest leaves a core free, which tests that start processes need. These start none, come last and take all there are.
      project('faults', { include: SIMULATED, setupFiles: ['runtime/test/seed.ts'], maxWorkers: '100%', sequence: { groupOrder: 1 } }),
    ],
  },
});
