import { systemClock } from '@taskwright/runtime/kube';
import { GitHubServer } from '@taskwright/runtime/testing';

/** A GitHub Enterprise Server as a process, over HTTPS: prints its certificate, and for each line it is told what it was asked since the line before. */
const [port = '', repositories = '', tokens = ''] = process.argv.slice(2);
const ISSUES = 20;
const BODY = 'It broke when I pressed the button, and then it broke again.\n'.repeat(30);

const github = new GitHubServer({ clock: systemClock, apiUrl: `https://127.0.0.1:${port}/api/v3`, limit: 1_000_000 });
for (let token = 0; token < Number(tokens); token += 1) github.addToken(`ghp_${token}`, `bot-${token}`);
for (let repository = 0; repository < Number(repositories); repository += 1) {
  const shop = github.repository(`acme/repository-${repository}`);
  for (let number = 1; number <= ISSUES; number += 1) shop.issue({ number, body: BODY, labels: ['bug', 'done'] });
}
let bodyBytes = 0;
const { fetch } = github;
const { ca } = await Object.assign(github, {
  fetch: async (...request: Parameters<typeof fetch>) => {
    const answer = await fetch(...request);
    const body = await answer.arrayBuffer();
    bodyBytes += body.byteLength;
    return new Response(answer.status === 304 ? null : body, answer);
  },
}).listen({ port: Number(port), isSecure: true });
process.stdout.write(`${JSON.stringify(ca)}\n`);
process.stdin.on('data', () => {
  const unchanged = github.requests.filter(({ status }) => status === 304).length;
  process.stdout.write(`${JSON.stringify({ requests: github.requests.length, unchanged, bodyBytes })}\n`);
  github.requests.length = 0;
  bodyBytes = 0;
}).once('end', () => process.exit());
