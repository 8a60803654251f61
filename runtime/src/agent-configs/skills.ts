import type { EnvVar } from '@taskwright/schema/kubernetes';
import { JobBuildError } from '../tasks/job-build-error.ts';
import type { MergedConfig } from './merge.ts';

/** The plugin directory that skills.sh packages are installed into; no plugin may be called so beside them. */
export const SKILLS_PLUGIN = 'skills-sh';

/** One skills.sh package to install. */
export interface SkillSource {
  readonly source: string;
  /** Left out: every skill of the package. */
  readonly skill?: string;
  /** The variable that holds the token for a private package: its name, never its value. */
  readonly tokenEnv?: string;
}

export interface SkillsPlan {
  readonly sources: readonly SkillSource[];
  readonly env: readonly EnvVar[];
}

/** Gives each Secret one variable, numbered in the order of first use. */
export function skillsPlan(skills: MergedConfig['skills']): SkillsPlan {
  const variables = new Map<string, string>();
  const sources = skills.map(({ source, skill, secretRef }): SkillSource => {
    if (!source) throw new JobBuildError('invalid skills configuration: skills.sh source is empty');
    if (secretRef && !variables.has(secretRef.name)) {
      variables.set(secretRef.name, `KELOS_SKILLS_GITHUB_TOKEN_${variables.size}`);
    }
    const tokenEnv = secretRef && variables.get(secretRef.name);
    return { source, ...(skill ? { skill } : {}), ...(tokenEnv ? { tokenEnv } : {}) };
  });
  const env = [...variables].map(([secret, name]): EnvVar => ({ name, valueFrom: { secretKeyRef: { name: secret, key: 'GITHUB_TOKEN' } } }));
  return { sources, env };
}
