import { mkdtempSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../src/index.ts';
import type { Io } from '../src/io.ts';

export interface Session {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Types one command line where no terminal is, in `cwd`, with nothing in the environment but what is needed to find programs. */
export async function type(args: readonly string[], { cwd, env = {}, signal = new AbortController().signal }: { cwd: string; env?: Io['env']; signal?: AbortSignal }): Promise<Session> {
  const written = { out: '', err: '' };
  const code = await run(args, {
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
    env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    cwd,
    isTerminal: false,
    signal,
  });
  return { code, ...written };
}

/** A folder of its own with these files in it. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'taskwright-cli-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  return folder;
}
