import { writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../src/index.ts';
import type { Io } from '../src/io.ts';
import { temporaryFolder } from '../../runtime/test/temporary-folder.ts';

export interface Session {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Types one command line where no terminal is, in `cwd`, with nothing in the environment but what is needed to find programs. Ctrl-C is typed when `interruptAt` is printed; `onLine` reads along. */
export async function type(args: readonly string[], { cwd, env = {}, input = '', interruptAt, onLine }: { cwd: string; env?: Io['env']; input?: string; interruptAt?: string; onLine?: (line: string) => void }): Promise<Session> {
  const written = { out: '', err: '' };
  const interrupted = new AbortController();
  const code = await run(args, {
    out: (text) => {
      written.out += text;
      onLine?.(text);
      if (interruptAt !== undefined && text.includes(interruptAt)) interrupted.abort();
    },
    err: (text) => (written.err += text),
    input: async () => input,
    env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    cwd,
    isTerminal: false,
    signal: interrupted.signal,
  });
  return { code, ...written };
}

/** A folder of its own with these files in it. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder('cli');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  return folder;
}
