import { Size } from 'cdk8s';
import { CodingAgent, Credentials, VolumeClaim, WorkerPool, Workspace } from 'cdk8s-taskwright';
import { describe, test } from 'vitest';
import { expectSynth } from './expect-synth';

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const workspace = Workspace.fromWorkspaceName('shop');
const storage = { requests: { storage: '1Gi' } };
const refusing = (volume: VolumeClaim, refused: string[]) => expectSynth((chart) => new WorkerPool(chart, 'warm', { agent, workspace, volume }), { refused: refused.map((line) => `[fleet/warm] ${line}`) });
const taking = (volume: VolumeClaim, volumeClaimTemplate: object) => expectSynth((chart) => new WorkerPool(chart, 'warm', { metadata: { name: 'warm' }, agent, workspace, volume }), [{
  apiVersion: 'kelos.dev/v1alpha2', kind: 'WorkerPool', metadata: { name: 'warm' }, spec: { worker: { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } }, volumeClaimTemplate },
}]);

describe('a VolumeClaim', () => {
  test.each<[string, VolumeClaim, object]>([
    ['a size', VolumeClaim.ofSize(Size.mebibytes(512)), { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '512Mi' } } }],
    ['no class at all', VolumeClaim.ofSize(Size.gibibytes(1), { storageClass: '', access: 'ReadWriteMany' }), { accessModes: ['ReadWriteMany'], resources: storage, storageClassName: '' }],
    [
      'a spec',
      VolumeClaim.fromSpec({ accessModes: ['ReadOnlyMany', 'ReadWriteOnce'], resources: storage, volumeMode: 'Filesystem', dataSource: { kind: 'PersistentVolumeClaim', name: 'warm' } }),
      { accessModes: ['ReadOnlyMany', 'ReadWriteOnce'], resources: storage, volumeMode: 'Filesystem', dataSource: { kind: 'PersistentVolumeClaim', name: 'warm' } },
    ],
    ['the least', VolumeClaim.fromSpec({ accessModes: ['ReadWriteOncePod'], resources: { requests: { storage: '1m' } } }), { accessModes: ['ReadWriteOncePod'], resources: { requests: { storage: '1m' } } }],
  ])('is made of %s', (_, volume, template) => taking(volume, template));

  test.each<[string, VolumeClaim, string[]]>([
    ['nothing', VolumeClaim.fromSpec({}), [
      'volume.accessModes: is missing; allowed are ReadWriteMany, ReadWriteOnce or ReadWriteOncePod',
      'volume.resources.requests.storage: is missing; say how large the volume has to be: Size.gibibytes(20), in a spec 20Gi',
    ]],
    ['a size of nothing', VolumeClaim.ofSize(Size.gibibytes(0)), ['volume.resources.requests.storage: is too small, got 0Gi; more than nothing']],
    ['less than nothing', VolumeClaim.fromSpec({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '-1Gi' } } }), ['volume.resources.requests.storage: is too small, got -1Gi; more than nothing']],
    ['what is no quantity', VolumeClaim.fromSpec({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20GB' } } }), [
      'volume.resources.requests.storage: does not have the right form, got "20GB"; it has to match ^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
    ]],
    ['a size without a unit', VolumeClaim.ofSize(20 as never), ['volume.resources.requests.storage: is missing; say how large the volume has to be: Size.gibibytes(20), in a spec 20Gi']],
    ['a word of one letter more', VolumeClaim.ofSize(Size.gibibytes(1), { access: 'ReadWriteOnces' as never }), ['volume.accessModes: is not one of the accepted values, got "ReadWriteOnces"; allowed are ReadWriteMany, ReadWriteOnce or ReadWriteOncePod']],
    ['what nobody can write to', VolumeClaim.fromSpec({ accessModes: ['ReadOnlyMany'], resources: storage }), [
      'volume.accessModes: is not one of the accepted values, got ReadOnlyMany alone; allowed are ReadWriteMany, ReadWriteOnce or ReadWriteOncePod; add one by which the agent can write',
    ]],
    ['a mode that stands alone, with another', VolumeClaim.fromSpec({ accessModes: ['ReadWriteOncePod', 'ReadWriteOnce'], resources: storage }), [
      'volume.accessModes: says the same thing twice, got ReadWriteOnce or ReadWriteOncePod; ReadWriteOncePod stands alone; keep one of them',
    ]],
    ['a device without a file system', VolumeClaim.fromSpec({ accessModes: ['ReadWriteOnce'], resources: storage, volumeMode: 'Block' }), ['volume.volumeMode: is not one of the accepted values, got "Block"; a clone needs Filesystem']],
    ['a class that cannot be', VolumeClaim.ofSize(Size.gibibytes(1), { storageClass: 'Fast' }), [
      'volume.storageClassName: is not a usable name, got "Fast"; it has to be of lower-case letters, digits, - and ., beginning and ending with a letter or digit',
    ]],
  ])('says that it asks for %s', (_, volume, refused) => refusing(volume, refused));
});
