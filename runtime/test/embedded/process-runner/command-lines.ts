import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Of all processes of this machine, where it tells. */
export function commandLines(): string[] {
  if (!existsSync('/proc/self')) return [];
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return ''; // it ended meanwhile
    }
  });
}
