/** Written in capitals, as Go does. */
const INITIALISMS: ReadonlySet<string> = new Set(['id', 'url', 'html', 'sha', 'api', 'ssh', 'http', 'svn', 'ip', 'os', 'vcs']);

/** Keys that Go's client of GitHub calls otherwise, everywhere or in some structs only. The name by the rule is understood as well. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map(Object.entries({
  '+1': 'PlusOne',
  '-1': 'MinusOne',
  after: 'AfterSHA',
  before: 'BeforeSHA',
  category: 'DiscussionCategory',
  commit_oid: 'CommitOID',
  cve_id: 'CVEID',
  cvss: 'CVSS',
  cwe_id: 'CWEID',
  cwe_ids: 'CWEIDs',
  cwes: 'CWEs',
  epss: 'EPSS',
  from: 'OwnerInfo',
  ghsa_id: 'GHSAID',
  gpg_keys: 'GPGKeys',
  guid: 'GUID',
  href: 'HRef',
  in_reply_to_id: 'InReplyTo',
  insecure_ssl: 'InsecureSSL',
  ldap_dn: 'LDAPDN',
  npm_metadata: 'NPMMetadata',
  organization: 'Org',
  projects_v2_item: 'ProjectV2Item',
  pull_request: 'PullRequestLinks',
  repository: 'Repo',
  required_linear_history: 'RequireLinearHistory',
  rerequestable: 'Rerequstable',
  runs_rerequestable: 'RunsRerequstable',
  sha1: 'SHA1',
  sha256: 'SHA256',
  spdx_id: 'SPDXID',
  start_line: 'Startline',
  target_oid: 'TargetOID',
  tree: 'Entries',
  use_squash_pr_title_as_default: 'UseSquashPRTitleAsDefault',
  username: 'Login',
}));

/** Settings of an organization, of which the names of others are like this. */
const ORGANIZATION_SETTING = /^(default_repository_|.*_enabled_for_new_repositories$|members_can_.*_repositories$)/;

/**
 * What Go calls the field of a JSON key: `html_url` is `HTMLURL`. What several structs call differently has several names, the usual one first.
 */
export function goNames(key: string): readonly string[] {
  const known = names.get(key);
  if (known !== undefined) return known;
  const byRule = goName(key);
  const exception = EXCEPTIONS.get(key) ?? (ORGANIZATION_SETTING.test(key) ? byRule.replace(/Repositor(y|ies)/, (_, end) => (end === 'y' ? 'Repo' : 'Repos')) : undefined);
  const made = exception === undefined ? [byRule] : [byRule, exception];
  if (names.size >= MOST_NAMES) names.clear();
  names.set(key, made);
  return made;
}

function goName(key: string): string {
  return key.split('_').map((part) => (INITIALISMS.has(part) ? part.toUpperCase() : part.slice(0, 1).toUpperCase() + part.slice(1))).join('');
}

const names = new Map<string, readonly string[]>();
/** GitHub has some 900 keys. */
const MOST_NAMES = 4_096;
