import { expect, test } from 'vitest';
import { attachmentText, messageText } from '../../../src/sources/slack/message-text.ts';
import type { SlackAttachment } from '../../../src/sources/slack/slack-event.ts';

const an = (parts: Partial<SlackAttachment>): SlackAttachment => ({ pretext: '', text: '', fallback: '', ...parts });

test.each<[string, SlackAttachment, string]>([
  ['text, quoted line by line', an({ text: 'CPU at 99 %\non web-1' }), '> CPU at 99 %\n> on web-1'],
  ['what introduces it as it is', an({ pretext: 'Alert', text: 'CPU' }), 'Alert\n> CPU'],
  ['what introduces it alone', an({ pretext: 'Alert' }), 'Alert'],
  ['the fallback where there is no text', an({ fallback: 'CPU' }), '> CPU'],
  ['the text rather than the fallback', an({ text: 'CPU', fallback: 'no' }), '> CPU'],
  ['nothing of nothing', an({}), ''],
])('an attachment shows %s', (_, attachment, text) => {
  expect(attachmentText(attachment)).toBe(text);
});

test('what is attached comes below what was written', () => {
  expect(messageText({ text: 'Look', attachments: [an({ text: 'a' }), an({}), an({ pretext: 'b' })] })).toBe('Look\n> a\nb');
});
