import type { WorkerPoolSpec } from '@taskwright/schema';
import { call, type Expression, literal, members } from '../expression.ts';
import type { Find } from './find.ts';

type Claim = WorkerPoolSpec['volumeClaimTemplate'];

const SIZES: Readonly<Record<string, string>> = { Ki: 'kibibytes', Mi: 'mebibytes', Gi: 'gibibytes', Ti: 'tebibytes' };

/** By its size where it says no more than that, its class and its access. */
export function volumeClaimOf(claim: Claim, { typed }: Find): Expression {
  const { accessModes = [], resources = {}, storageClassName, ...others } = claim;
  const [access, ...more] = accessModes;
  const { requests: { storage, ...requests } = {}, ...limits } = resources;
  const [, amount, unit = ''] = /^(\d+)([KMGT]i)$/.exec(`${storage}`) ?? [];
  if (amount === undefined || access === undefined || more.length > 0 || Object.keys({ ...others, ...requests, ...limits }).length > 0) return call('VolumeClaim.fromSpec', typed(claim, 'volumeClaimTemplate'));
  const options = members({
    storageClass: storageClassName === undefined ? undefined : literal(storageClassName),
    access: access === 'ReadWriteOnce' ? undefined : literal(access, true),
  });
  const size = call(`Size.${SIZES[unit]}`, literal(Number(amount)));
  return options.members.length === 0 ? call('VolumeClaim.ofSize', size) : call('VolumeClaim.ofSize', size, options);
}
