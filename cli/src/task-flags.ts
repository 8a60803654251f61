/** Flags by which Kelos describes a Task. With `--from` the TaskSpawner does: they are known, so that whoever types one is told so. */
export const TASK_FLAGS = [
  'prompt', 'prompt-file', 'type', 'secret', 'credential-type', 'model', 'effort', 'image', 'workspace', 'yes', 'timeout', 'env', 'agent-config', 'depends-on', 'branch',
] as const;
