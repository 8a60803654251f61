/** Everything about outputs has a bound: the schema is in a Pod, and what it describes in the status of a Task. */
export const OUTPUT_LIMITS = {
  /** Of the schema, as JSON. */
  schemaBytes: 32 * 1024,
  /** How deep schemas, and the values in them, may be in each other. */
  schemaDepth: 24,
  /** Names. */
  outputs: 64,
} as const;

/** What every agent may leave besides: what the operator and the reference call these is taken. */
export const COMMON_RESULTS: readonly string[] = ['branch', 'pr', 'commit', 'base-branch', 'cost-usd', 'input-tokens', 'output-tokens', 'response'];
