/** Which part of the preparation failed: it decides the reason and the first words of the event, as the reference has them. */
export type BuildStep = 'Job' | 'plugin ConfigMap' | 'MCP server secret';

/** A Task, its Workspace or its AgentConfigs ask for a Pod that cannot be built. Nothing but a change of them helps. */
export class JobBuildError extends Error {
  override readonly name = 'JobBuildError';
  readonly step: BuildStep;

  constructor(message: string, step: BuildStep = 'Job') {
    super(message);
    this.step = step;
  }
}
