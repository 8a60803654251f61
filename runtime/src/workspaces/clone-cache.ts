import type { Workspace } from '@taskwright/schema';

/** On a Workspace: the PersistentVolumeClaim, in its namespace, that keeps mirrors of repositories from one Task to the next. */
export const CLONE_CACHE = 'taskwright.dev/clone-cache';

/** The claim that a Workspace names, if it names one. Whether it exists is another question. */
export function cloneCacheOf(workspace: Workspace | undefined): string | undefined {
  return workspace?.metadata.annotations?.[CLONE_CACHE]?.trim() || undefined;
}
