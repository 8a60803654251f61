/** What must not compile. Checked by `npx tsc -p test`: a line that does compile there is an error. */
import { Chart, Duration } from 'cdk8s';
import { AgentConfig, CodingAgent, Credentials, EnvValue, GitCredentials, McpServer, SecretRef, Skill, Task, Workspace } from 'cdk8s-taskwright';

export class Fleet extends Chart {
  public build(): void {
    const secret = SecretRef.fromName('claude');
    const agent = CodingAgent.claudeCode({ credentials: Credentials.apiKey(secret) });
    const workspace = new Workspace(this, 'shop', { repo: 'https://github.com/acme/shop.git' });

    // @ts-expect-error a reference is an object, not a name
    new Task(this, 'a', { agent, prompt: 'Do it.', workspace: 'shop' });
    // @ts-expect-error a Task needs an agent
    new Task(this, 'b', { prompt: 'Do it.' });
    // @ts-expect-error a Task needs a prompt
    new Task(this, 'c', { agent });
    // @ts-expect-error a duration carries its unit
    new Task(this, 'd', { agent, prompt: 'Do it.', ttlAfterFinished: 60 });
    // @ts-expect-error a fork is named owner/repo
    new Task(this, 'e', { agent, prompt: 'Do it.', upstreamRepo: 'shop' });
    // @ts-expect-error a property that does not exist
    new Task(this, 'f', { agent, prompt: 'Do it.', repository: workspace });
    // @ts-expect-error the image of a custom agent is its first argument
    CodingAgent.custom('registry.example.com/mine', { credentials: Credentials.none(), image: 'x' });
    // @ts-expect-error an agent says how it authenticates, be it not at all
    CodingAgent.codex({ model: 'gpt-5' });
    // @ts-expect-error there is no such agent
    CodingAgent.custom('registry.example.com/mine', { credentials: Credentials.none(), type: 'copilot' });
    // @ts-expect-error credentials come from a Secret
    Credentials.apiKey('sk-ant-…');
    // @ts-expect-error credentials of a model are not those of a repository
    new Workspace(this, 'store', { repo: 'https://github.com/acme/store.git', credentials: Credentials.apiKey(secret) });
    // @ts-expect-error a remote server has no command
    McpServer.http('docs', { command: 'docs' });
    // @ts-expect-error a local server has no URL
    McpServer.stdio('docs', { url: 'https://docs.example.com' });
    // @ts-expect-error a value says where it comes from
    McpServer.stdio('docs', { command: 'docs', env: { LEVEL: 'info' } });
    // @ts-expect-error a package on GitHub is named owner/repo
    Skill.fromGitHub('skills');

    new AgentConfig(this, 'g', { mcpServers: [McpServer.stdio('docs', { command: 'docs', env: { LEVEL: EnvValue.fromValue('info') } })] });
    new Workspace(this, 'h', { repo: 'https://github.com/acme/shop.git', credentials: GitCredentials.token(secret) });
    new Task(this, 'i', { agent, prompt: 'Do it.', workspace, ttlAfterFinished: Duration.minutes(1) });
  }
}
