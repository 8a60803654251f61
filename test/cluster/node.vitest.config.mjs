import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { sources } from '../../vitest.config.mjs';

/** The tests of Pods on a real node: `npm run test:node` starts one and says where it is. */
export default defineConfig({
  ...sources,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'node',
    include: ['runtime/test/node/**/*.test.ts'],
    provide: { node: { kubeconfig: process.env.TASKWRIGHT_TEST_KUBECONFIG, host: process.env.TASKWRIGHT_NODE_HOST, hasClaudeCode: process.env.TASKWRIGHT_NODE_CLAUDE_CODE === '1' } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
