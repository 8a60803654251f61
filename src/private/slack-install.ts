import type { ApiObject } from 'cdk8s';
import type { TaskwrightSlack } from '../taskwright-slack';
import type { Problem } from './problem';
import { checkSecret } from './secret-check';
import { knownSecretKeys } from './secret-keys';

const BOT = 'SLACK_BOT_TOKEN';
const HEARS = ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'];

/** What the operator reads of Slack. Which way it hears is up to the keys of the Secret, so neither has to be there. */
export function slackEnv({ secret, joinMessage }: TaskwrightSlack): object[] {
  const fromSecret = (name: string, optional?: boolean) => ({ name, valueFrom: { secretKeyRef: { name: secret.name, key: name, optional } } });
  return [fromSecret(BOT), ...HEARS.map((name) => fromSecret(name, true)), ...(joinMessage === undefined ? [] : [{ name: 'SLACK_JOIN_MESSAGE', value: joinMessage }])];
}

export function checkSlack({ secret }: TaskwrightSlack, from: ApiObject): Problem[] {
  const problems = checkSecret(from, secret, [BOT], 'an app of Slack', 'slack.secret');
  if (problems.length > 0) return problems;
  return HEARS.some((name) => (knownSecretKeys(from, secret) ?? HEARS).includes(name)) ? [] : checkSecret(from, secret, HEARS, 'an app of Slack', 'slack.secret', 'add one of them');
}
