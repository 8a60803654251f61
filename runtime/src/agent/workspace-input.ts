import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Env } from './layout.ts';
import { oneLine, StepError } from './step-error.ts';

const remote = z.strictObject({ name: z.string().min(1), url: z.string().min(1) });
const file = z.strictObject({ path: z.string(), content: z.string() });
const skill = z.strictObject({
  source: z.string(),
  skill: z.string().min(1).optional(),
  /** Names the variable that holds the token for this source. */
  tokenEnv: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/).optional(),
});

const workspaceInput = z.strictObject({
  /** Left out: nothing is cloned (an agent without a workspace may still have plugins and skills). */
  repo: z.string().min(1).optional(),
  /** Branch, tag or full SHA. Left out: the default branch. */
  ref: z.string().min(1).optional(),
  /** The branch the agent works on; it is made from `ref` when the remote does not have it. */
  branch: z.string().min(1).optional(),
  remotes: z.array(remote).default([]),
  /** Whether its submodules are cloned. */
  submodules: z.boolean().default(false),
  files: z.array(file).default([]),
  skills: z.array(skill).default([]),
});

/** What `prepare` makes, as the operator wrote it into the Pod. */
export type WorkspaceInput = z.infer<typeof workspaceInput>;
export type Skill = WorkspaceInput['skills'][number];
export type WorkspaceFile = WorkspaceInput['files'][number];

/** Reads `TASKWRIGHT_WORKSPACE`, or the file that `TASKWRIGHT_WORKSPACE_FILE` names when it was too long for a variable. */
export async function readWorkspaceInput(env: Env): Promise<WorkspaceInput> {
  const file = env.TASKWRIGHT_WORKSPACE_FILE;
  const where = file ? 'TASKWRIGHT_WORKSPACE_FILE' : 'TASKWRIGHT_WORKSPACE';
  const text = file ? await readText(file) : (env.TASKWRIGHT_WORKSPACE ?? '{}');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not the parser's message: it quotes the text, which may hold credentials in a URL.
    throw new StepError(`${where}: ${text.length} characters that are not JSON; it must be the object that the operator writes`);
  }
  const parsed = workspaceInput.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new StepError(`${where}.${issue.path.join('.')}: ${oneLine(issue.message)}`);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new StepError(`TASKWRIGHT_WORKSPACE_FILE: cannot be read, ${oneLine((error as Error).message)}`);
  }
}
