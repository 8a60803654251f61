import type { SessionSpec } from '@taskwright/schema';
import { literal, members } from '../expression.ts';
import { inlineAgent, type Pool, textOf } from './agent.ts';
import { durationOf } from './duration.ts';
import type { Find, Props } from './find.ts';
import { volumeClaimOf } from './volume-claim.ts';

/** A Session, or what a spawner says of those that it makes. */
export function sessionProps({ worker, initialPrompt, initialBranch, volumeClaimTemplate, suspend, idlePolicy }: SessionSpec, find: Find, credentials?: Pool): Props | undefined {
  const agent = inlineAgent(worker, find, credentials);
  return agent && {
    agent,
    workspace: worker.workspaceRef && find.find('Workspace', worker.workspaceRef.name),
    initialBranch: textOf(initialBranch),
    volume: volumeClaimTemplate && volumeClaimOf(volumeClaimTemplate, find),
    suspend: suspend === undefined ? undefined : literal(suspend),
    idlePolicy: idlePolicy && members({ suspendAfter: timeOf(idlePolicy.suspendAfterSeconds), deleteAfter: timeOf(idlePolicy.deleteAfterSeconds) }),
    initialPrompt: textOf(initialPrompt),
  };
}

function timeOf(seconds: number | undefined) {
  return seconds === undefined ? undefined : durationOf(seconds);
}
