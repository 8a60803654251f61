/** Why something could not be set up: the machine lacks it, or what we made is broken. The first skips what needs it, the second fails the run. */

/** What this machine lacks, or refuses, with what to do: shown without a stack. What needs it is skipped there. */
export class SetupError extends Error {}

/** A build of ours that fails, or a file that one of our lists names and nobody has: shown without a stack. It is red everywhere, since no other machine can do it either. */
export class BuildError extends Error {}

/** What a machine says when it is full, or does not let us. A file that is not there is none of these: it is ours to have. */
const REFUSALS = new Set(['EACCES', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EPERM', 'EROFS']);

/** What the machine lacks or refuses, if that is what the error tells; nothing when the mistake is ours, known or not. */
export function whyNotHere(error) {
  if (error instanceof SetupError || error.syscall?.startsWith('spawn') || REFUSALS.has(error.code)) return error.message;
  return undefined;
}
