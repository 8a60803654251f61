import { isIP, isIPv6 } from 'net';
import type { AgentNetwork } from '../agent-network';
import { type Problem, quote } from './problem';
import { typeName } from './structural';

/** The operator does not start with a block of addresses that is none. */
export function checkAgentNetwork({ reach, allow, deny }: AgentNetwork): Problem[] {
  const allowed = (entry: string) => isCidr(entry) || (reach === 'hosts' && isHost(entry));
  const block = 'a block of addresses such as 10.20.0.0/16, or a single one such as 10.20.0.7/32';
  return [
    ...allow.filter((entry) => !allowed(entry)).map((entry): Problem => ({
      code: 'pattern', path: 'agentNetwork.allow', got: quote(entry), allowed: reach === 'hosts' ? `${block}, or a host such as registry.npmjs.org or *.debian.org` : block,
    })),
    ...deny.filter((entry) => !isCidr(entry)).map((entry): Problem => ({ code: 'pattern', path: 'agentNetwork.deny', got: quote(entry), allowed: block })),
  ];
}

/** What context sources may reach beside the internet: nor does it start with what is neither a block nor a name. */
export function checkContextTargets(targets: readonly unknown[], path: string): Problem[] {
  return targets.flatMap((target, index): Problem[] => {
    if (typeof target !== 'string') return [{ code: 'type', path: `${path}[${index}]`, got: typeName(target), allowed: 'it has to be a text' }];
    if (isIP(target) > 0 || isCidr(target) || isTargetName(target)) return [];
    return [{ code: 'pattern', path: `${path}[${index}]`, got: quote(target), allowed: 'a block of addresses such as 10.20.0.0/16, or a name such as teams.tools or *.corp.example.com' }];
  });
}

/** Of one part, too: names of a private network need not have a dot. */
function isTargetName(text: string): boolean {
  return /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(text) && !/^[\d.]+$/.test(text);
}

function isCidr(text: string): boolean {
  const [address, bits, ...rest] = text.split('/');
  return isIP(address) > 0 && /^\d{1,3}$/.test(bits ?? '') && Number(bits) <= (isIPv6(address) ? 128 : 32) && rest.length === 0;
}

function isHost(text: string): boolean {
  return /^[a-z0-9*][a-z0-9*-]*(?:\.[a-z0-9*-]+)+$/.test(text) && !/^[\d.]+$/.test(text);
}
