import { receive, type ReceiveOptions } from './receive.ts';
import { readSlackRequest, type SlackRequest } from './slack-request.ts';

export interface SlackAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * The address that an app of Slack sends events and slash commands to.
 *
 * **Guarantee** 2xx only when what became of the event is durable; 503 makes Slack send it again. Nobody hears more of a request that is not signed than that.
 */
export function slackRoute(signingSecret: string, options: ReceiveOptions): (request: SlackRequest) => Promise<SlackAnswer> {
  return async (request) => {
    const reading = readSlackRequest(request, signingSecret, options.clock.now());
    if ('status' in reading) return plain(reading.status, reading.text);
    const acknowledgement = await receive(reading.payload, options);
    if (!acknowledgement.isTaken) return plain(503, 'not taken for now; send it again');
    const { text } = acknowledgement;
    return text === undefined ? plain(200, '') : { status: 200, contentType: 'application/json', body: JSON.stringify({ response_type: 'ephemeral', text }) };
  };
}

function plain(status: number, body: string): SlackAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}
