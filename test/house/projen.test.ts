import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './repository';

/** What projen reads and writes. */
const MANAGED = ['.projenrc.ts', '.projen/*', '*/.projen/*', '*package.json', '*tsconfig*.json', '*.gitignore', '*.gitattributes', '.npmignore', '*LICENSE', 'README.md', '*/README.md'];

test('what projen wrote is what .projenrc.ts says', () => {
  const files = execFileSync('git', ['ls-files', '-z', ...MANAGED], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  const copy = mkdtempSync(join(tmpdir(), 'taskwright-projen-'));
  try {
    for (const file of files) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      cpSync(join(root, file), join(copy, file));
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    execFileSync(process.execPath, [join(root, 'node_modules/projen/bin/projen'), '--post=false'], { cwd: copy, stdio: 'pipe' });
    const drifted = files.filter((file) => readFileSync(join(copy, file), 'utf8') !== readFileSync(join(root, file), 'utf8'));
    expect(drifted, 'change .projenrc.ts, run npx projen, and commit both').toEqual([]);
  } finally {
    rmSync(copy, { recursive: true });
  }
});
