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
      'cdk8s-taskwright': here('src/index.ts'),
    },
  },
  ssr: { resolve: { conditions: ['taskwright-source', 'node', 'import', 'module', 'default'] } },
};

/** Ends what hangs, and says nothing of how long a test may take: the machine may be busy with something else. */
export const HANGS_AFTER_MS = 180_000;

export default defineConfig({
  test: {
    projects: ['constructs', 'schema', 'runtime', 'cli'].map((name) => ({
      ...sources,
      test: {
        name,
        include: [name === 'constructs' ? 'test/**/*.test.ts' : `${name}/test/**/*.test.ts`],
        exclude: ['runtime/test/cluster/**', 'runtime/test/node/**', 'test/python/**', '**/node_modules/**'],
        environment: 'node',
        ...(name === 'runtime' && { setupFiles: ['runtime/test/seed.ts'] }),
        testTimeout: HANGS_AFTER_MS,
        hookTimeout: HANGS_AFTER_MS,
        expect: { poll: { timeout: HANGS_AFTER_MS / 3 } },
      },
    })),
  },
});
