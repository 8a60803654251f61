import type { WebhookGatewaySpec } from '@taskwright/schema';
import { call, type Expression, members } from '../expression.ts';
import { textOf } from './agent.ts';
import type { Props } from './find.ts';
import { secretNamed } from './secret.ts';

/** The manifest names a Secret and not what is in it: that for the API of GitHub is taken to have a token. */
export function webhookGatewayProps({ github, linear, generic }: WebhookGatewaySpec): Props | undefined {
  const source = github ? githubSource(github) : linear ? call('WebhookSource.linear', secretNamed(linear.secretRef.name)) : generic && genericSource(generic);
  return source && { source };
}

function githubSource({ secretRef, apiBaseURL, credentialsRef }: NonNullable<WebhookGatewaySpec['github']>): Expression {
  const options = members({ apiBaseUrl: textOf(apiBaseURL), credentials: credentialsRef && call('GitCredentials.token', secretNamed(credentialsRef.name)) });
  const secret = secretNamed(secretRef.name);
  return options.members.length === 0 ? call('WebhookSource.github', secret) : call('WebhookSource.github', secret, options);
}

function genericSource({ secretRef }: NonNullable<WebhookGatewaySpec['generic']>): Expression {
  return secretRef ? call('WebhookSource.generic', members({ secret: secretNamed(secretRef.name) })) : call('WebhookSource.generic');
}
