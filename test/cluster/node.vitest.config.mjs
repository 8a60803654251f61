import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { HANGS_AFTER_MS, sources } from '../../vitest.config.mjs';

/** The tests of Pods on a real node: `npm run test:node` starts one and says where it is. */
export default defineConfig({
  ...sources,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'node',
    include: ['runtime/test/node/**/*.test.ts'],
    globalSetup: ['runtime/test/node/install.ts'],
    provide: {
      node: {
        kubeconfig: process.env.TASKWRIGHT_TEST_KUBECONFIG,
        kubectl: JSON.parse(process.env.TASKWRIGHT_KUBECTL ?? '["kubectl"]'),
        host: process.env.TASKWRIGHT_NODE_HOST,
        agents: (process.env.TASKWRIGHT_NODE_AGENTS ?? '').split(',').filter(Boolean),
      },
    },
    // Some tests wait three times, for what takes seconds on an idle machine.
    testTimeout: 2 * HANGS_AFTER_MS,
    hookTimeout: 2 * HANGS_AFTER_MS,
    expect: { poll: { timeout: HANGS_AFTER_MS / 3 } },
    fileParallelism: false,
  },
});
