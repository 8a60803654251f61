import { App, Chart } from 'cdk8s';
import { AgentNetwork, Taskwright } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';
import { expectSynth } from './expect-synth';

test.each([
  { it: 'what is public', agentNetwork: undefined, args: ['--agent-network=internet'], policies: 'networkpolicies' },
  { it: 'a private network beside', agentNetwork: AgentNetwork.internet({ allow: ['10.20.0.0/16', 'fd12::/48'], deny: ['203.0.113.0/24'] }), args: ['--agent-network=internet', '--agent-network-allow=10.20.0.0/16,fd12::/48', '--agent-network-deny=203.0.113.0/24'], policies: 'networkpolicies' },
  { it: 'hosts by name', agentNetwork: AgentNetwork.namedHosts({ allow: ['*.debian.org', '10.0.0.7/32'] }), args: ['--agent-network=hosts', '--agent-network-allow=*.debian.org,10.0.0.7/32'], policies: 'ciliumnetworkpolicies' },
  { it: 'whatever the cluster lets them', agentNetwork: AgentNetwork.unrestricted(), args: ['--agent-network=any'], policies: undefined },
])('lets agents reach $it, with no more rights than that takes', ({ agentNetwork, args, policies }) => {
  const chart = new Chart(new App(), 'taskwright');
  new Taskwright(chart, 'install', { agentNetwork });
  const find = (kind: string) => chart.toJson().find((object) => object.kind === kind);
  expect(find('Deployment').spec.template.spec.containers[0].args.filter((arg: string) => arg.startsWith('--agent-network'))).toEqual(args);
  const resources = find('ClusterRole').rules.flatMap((rule: { resources: string[] }) => rule.resources);
  expect(resources.filter((resource: string) => /policies|services/.test(resource))).toEqual(policies ? [policies, 'services'] : []);
});

test('says which block of addresses is none', () => {
  const block = 'a block of addresses such as 10.20.0.0/16, or a single one such as 10.20.0.7/32';
  expectSynth((chart) => {
    new Taskwright(chart, 'a', { namespace: 'a', agentNetwork: AgentNetwork.internet({ allow: ['10.20.0.0', 'git.example.com'], deny: ['10.0.0.0/33'] }) });
    new Taskwright(chart, 'b', { namespace: 'b', agentNetwork: AgentNetwork.namedHosts({ allow: ['https://a.example.com'] }) });
  }, {
    refused: [
      `[fleet/a] agentNetwork.allow: does not have the right form, got "10.20.0.0"; ${block}`,
      `[fleet/a] agentNetwork.allow: does not have the right form, got "git.example.com"; ${block}`,
      `[fleet/a] agentNetwork.deny: does not have the right form, got "10.0.0.0/33"; ${block}`,
      `[fleet/b] agentNetwork.allow: does not have the right form, got "https://a.example.com"; ${block}, or a host such as registry.npmjs.org or *.debian.org`,
    ],
  });
});
