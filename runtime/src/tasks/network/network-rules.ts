/** What the install allows every agent, whatever its Task. */
export interface NetworkRules {
  /** `internet`: whatever is public. `hosts`: the hosts that a Task uses, by name, which takes Cilium. */
  readonly reach: 'internet' | 'hosts';
  /** Blocks of addresses (CIDR) that may be reached beside: a git host in a private network. */
  readonly allowCidrs: readonly string[];
  /** Names of hosts that every agent may reach; a `*` stands for one or more labels. Only with `hosts`. */
  readonly allowHosts: readonly string[];
  /** Blocks of addresses that may not be reached though they are public: those of nodes, for example. Only with `internet`. */
  readonly denyCidrs: readonly string[];
}

/** Where clouds tell a machine its credentials. No Task is led there, whatever it names. */
export const METADATA_CIDRS = ['169.254.169.254/32', '169.254.170.0/24', '168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::/64', 'fd20:ce::254/128'];

/** The one label by which a policy finds the Pods of its Task. */
export const TASK_LABEL = 'kelos.dev/task';
