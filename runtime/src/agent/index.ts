export { CONTAINER_PATHS, type Env, type Layout, layoutOf } from './layout.ts';
export { prepare, type PrepareOptions } from './prepare.ts';
export { StepError } from './step-error.ts';
