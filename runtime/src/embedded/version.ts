/** The Kubernetes whose rules this server follows: clients compare their own version with it. */
export const versionInfo = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.2+taskwright',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'embedded',
  platform: `${process.platform}/${process.arch}`,
};
