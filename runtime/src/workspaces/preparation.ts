import type { Workspace, WorkspaceSpec } from '@taskwright/schema';
import type { SkillSource } from '../agent-configs/skills.ts';
import { cleanFilePath } from './file-path.ts';

/** On a Workspace, `true`: its submodules are cloned too. The reference clones none, and its kind has no field for it. */
const SUBMODULES = 'taskwright.dev/submodules';

/** What `kelos-prepare` is told to do, as the JSON in `TASKWRIGHT_WORKSPACE`. What it does not name is not done. */
export interface Preparation {
  readonly repo?: string;
  /** A branch, a tag, or a commit of 40 hex digits. Left out: the remote's default branch. */
  readonly ref?: string;
  readonly branch?: string;
  readonly remotes?: readonly { readonly name: string; readonly url: string }[];
  readonly submodules?: true;
  readonly files?: readonly { readonly path: string; readonly content: string }[];
  readonly skills?: readonly SkillSource[];
}

export interface PreparationInput {
  readonly workspace?: Workspace;
  readonly branch?: string;
  readonly skills: readonly SkillSource[];
}

/** Without a Workspace there is no repository, and so no branch either. Members that say nothing are left out. */
export function preparationOf({ workspace, branch, skills }: PreparationInput): Preparation {
  const withSkills = skills.length > 0 ? { skills } : {};
  if (!workspace) return withSkills;
  const { metadata, spec: { repo, ref, remotes = [], files = [] } = {} as Partial<WorkspaceSpec> } = workspace;
  return {
    repo,
    ...(ref ? { ref } : {}),
    ...(branch ? { branch } : {}),
    ...(remotes.length > 0 ? { remotes: remotes.map(({ name, url }) => ({ name, url })) } : {}),
    ...(metadata.annotations?.[SUBMODULES] === 'true' ? { submodules: true } : {}),
    ...(files.length > 0 ? { files: files.map(({ path, content }) => ({ path: cleanFilePath(path), content })) } : {}),
    ...withSkills,
  };
}
