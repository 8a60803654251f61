import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { HANGS_AFTER_MS } from '../../vitest.config.mjs';

/** The tests of the Python binding: `npm run test:python` makes a package of the compiled constructs, and names who runs it. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'python',
    include: ['test/python/**/*.test.ts'],
    provide: { python: { interpreter: process.env.TASKWRIGHT_PYTHON, packages: process.env.TASKWRIGHT_PYTHON_PACKAGES } },
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    // Each program is a Python and a Node of its own.
    maxConcurrency: 2,
  },
});
