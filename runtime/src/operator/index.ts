/** The operator as a part of another program: of `taskwright dev`, or of a test. */
export { githubWebhook } from '../sources/github-webhook/github-webhook.ts';
export type { Discovery, PolledSource, PushedSource, SourceContext } from '../sources/source.ts';
export type { SkippedEvent, SourceEvent } from '../sources/source-event.ts';
export type { Decision, DecisionLog } from '../spawners/decision.ts';
export { ConfigMapDecisions, decisionsIn, decisionsNameOf } from '../spawners/decision-log.ts';
export type { KeptDecision } from '../spawners/decision-ring.ts';
export { chainOf } from '../spawners/loop-breaker.ts';
export { Pause } from '../spawners/pause.ts';
export { manualRun } from '../spawners/manual-run.ts';
export { Secrets } from '../spawners/secrets.ts';
export { TaskBuildError } from '../spawners/task-build-error.ts';
export type { Spawning } from '../spawners/spawning.ts';
export { polledSources } from '../sources/sources.ts';
export { turnOf } from '../tasks/turn.ts';
export type { AgentImage, Images } from '../tasks/pod/image.ts';
export { type Operator, type OperatorOptions, startOperator } from './operator.ts';
