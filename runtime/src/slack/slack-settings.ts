/** How an install is an app of Slack. The secrets come from the environment, by the names of the reference. */
export interface SlackSettings {
  /** `xoxb-…`: what is asked and written is asked and written as this bot. */
  readonly botToken: string;
  /** `xapp-…`: events come by Socket Mode. Left out: they do not. */
  readonly appToken?: string;
  /** What requests to our address are signed with. Left out: none are taken. */
  readonly signingSecret?: string;
  /** What is said in a channel that the bot was invited to. Left out: nothing. */
  readonly joinMessage?: string;
  /** Nothing is done where another company reads along. */
  readonly deniesSharedChannels: boolean;
  /** Default: that of Slack. */
  readonly apiUrl?: string;
}

export interface SlackFlags {
  readonly deniesSharedChannels: boolean;
}

/** Reads the environment; nothing: this is no app of Slack. RangeError for what cannot be, without a secret in it. */
export function slackSettings(env: Readonly<Record<string, string | undefined>>, flags: SlackFlags, readText: (path: string) => string): SlackSettings | undefined {
  const { SLACK_BOT_TOKEN: botToken = '', SLACK_APP_TOKEN: appToken = '', SLACK_SIGNING_SECRET: signingSecret = '', SLACK_JOIN_MESSAGE: text = '', SLACK_JOIN_MESSAGE_FILE: file = '', SLACK_API_URL: apiUrl = '' } = env;
  if (botToken === '') {
    if (appToken !== '' || signingSecret !== '') throw new RangeError('SLACK_BOT_TOKEN: is missing, though there are others of Slack; set it to the token of the bot, xoxb-…');
    return undefined;
  }
  requirePrefix('SLACK_BOT_TOKEN', botToken, 'xoxb-', 'the token of the bot');
  if (appToken !== '') requirePrefix('SLACK_APP_TOKEN', appToken, 'xapp-', 'a token of the app with connections:write');
  if (appToken === '' && signingSecret === '') throw new RangeError('SLACK_APP_TOKEN: is missing; set it to a token of the app for Socket Mode, or set SLACK_SIGNING_SECRET for events over HTTP');
  const joinMessage = (text || (file === '' ? '' : readText(file))).trim();
  return {
    botToken,
    ...(appToken === '' ? {} : { appToken }),
    ...(signingSecret === '' ? {} : { signingSecret }),
    ...(joinMessage === '' ? {} : { joinMessage }),
    ...(apiUrl === '' ? {} : { apiUrl }),
    deniesSharedChannels: flags.deniesSharedChannels,
  };
}

function requirePrefix(name: string, value: string, prefix: string, what: string): void {
  if (!value.startsWith(prefix)) throw new RangeError(`${name}: does not begin with ${prefix}; it has to be ${what}`);
}
