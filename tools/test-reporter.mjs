/**
 * Tells `tools/test.mjs` what vitest did: counts per project, each skipped test with its reason, and each
 * that passed only when it was tried again, with what the first try said.
 *
 * A test says why it skips by `context.skip('why')`; vitest keeps no reason for `test.skip` and `describe.skip`.
 */
import { writeFileSync } from 'node:fs';

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const projects = {};
    const skipped = [];
    const flaky = [];
    for (const module of modules) {
      const counts = (projects[module.project.name] ??= { passed: 0, failed: 0, skipped: 0, ms: 0 });
      counts.ms += module.diagnostic().duration;
      // A file that cannot be loaded, or a suite whose hook throws, holds no failed test but failed.
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state === 'pending' ? 'failed' : result.state] += 1;
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        if (result.state === 'skipped') skipped.push({ name, reason: result.note });
        if (test.diagnostic()?.flaky) flaky.push({ name, error: firstLine(result.errors?.[0]) });
      }
    }
    writeFileSync(process.env.TASKWRIGHT_TEST_SUMMARY, JSON.stringify({ projects, skipped, flaky, unhandled: unhandledErrors.length }));
  }
}

function firstLine(error) {
  return error?.message.split('\n')[0] ?? 'it did not say why';
}
