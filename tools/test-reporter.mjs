/**
 * Tells `tools/test.mjs` what vitest did: counts per project, and each skipped test with its reason.
 *
 * A test says why it skips by `context.skip('why')`; vitest keeps no reason for `test.skip` and `describe.skip`.
 */
import { writeFileSync } from 'node:fs';

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const projects = {};
    const skipped = [];
    for (const module of modules) {
      const counts = (projects[module.project.name] ??= { passed: 0, failed: 0, skipped: 0, ms: 0 });
      counts.ms += module.diagnostic().duration;
      // A file that cannot be loaded, or a suite whose hook throws, holds no failed test but failed.
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state === 'pending' ? 'failed' : result.state] += 1;
        if (result.state === 'skipped') skipped.push({ name: `${module.relativeModuleId} > ${test.fullName}`, reason: result.note });
      }
    }
    writeFileSync(process.env.TASKWRIGHT_TEST_SUMMARY, JSON.stringify({ projects, skipped, unhandled: unhandledErrors.length }));
  }
}
