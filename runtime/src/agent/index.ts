export { adapterFor, agentTypes } from './agent-registry.ts';
export { CONTAINER_PATHS, type Env, type Layout, layoutOf } from './layout.ts';
export { prepare, type PrepareOptions } from './prepare.ts';
export { END_MARKER, type RunResult, START_MARKER } from './result.ts';
export { run, type RunEnd, type RunOptions } from './run.ts';
export { StepError } from './step-error.ts';
