import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { HANGS_AFTER_MS, sources } from '../../vitest.config.mjs';

/** The suites that need a real API server: `npm run cluster:test` starts one and names it in TASKWRIGHT_TEST_KUBECONFIG. */
export default defineConfig({
  ...sources,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'control plane',
    include: ['runtime/test/cluster/**/*.test.ts'],
    provide: { kubeconfig: process.env.TASKWRIGHT_TEST_KUBECONFIG },
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    expect: { poll: { timeout: HANGS_AFTER_MS / 3 } },
    // One server for all, whose kinds they define and delete.
    fileParallelism: false,
  },
});
