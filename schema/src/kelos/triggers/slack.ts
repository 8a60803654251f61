import { z } from 'zod';

const slackTrigger = z.object({
  pattern: z.string().max(256).optional().describe('Regular expression (RE2) that has to match somewhere in the text, without the mentions it begins with. Left out: any text will do.'),
  mentionOptional: z.boolean().optional().describe('Also takes messages that do not mention the bot. Left out: they have to.'),
}).meta({ title: 'SlackTrigger' });

export const slackFilter = z.object({
  channels: z.array(z.string().regex(/^[CGD][A-Z0-9]{8,}$/)).max(64).optional().meta({
    description: 'IDs of channels or of conversations with one person. Left out: the filter is refused, since there is no other criterion.',
    listType: 'set',
  }),
}).meta({ title: 'SlackFilter', rules: [{ rule: 'has(self.channels) && size(self.channels) > 0', message: 'channels is required' }] });

export const slackFields = {
  channels: z.array(z.string().regex(/^[CG][A-Z0-9]{8,}$/)).max(64).optional().describe('IDs of the channels that are listened to. Left out: every channel that the bot is in.'),
  triggers: z.array(slackTrigger).max(8).optional().describe('What a message has to be like: one of them has to match. Left out: it has to mention the bot.'),
  excludePatterns: z.array(z.string().min(1).max(256)).max(10).optional().describe('Regular expressions (RE2) of which none may match; slash commands are not asked. Left out: there are none.'),
  botMessagePolicy: z.enum(['None', 'All', 'OthersOnly']).optional().describe('Whether messages of bots count: none, all, or those of other bots. Left out: None.'),
};

export const slack = z.object({
  ...slackFields,
  excludeFilters: z.array(slackFilter).max(20).optional().describe('What a message must not be like, slash commands too: one that matches rules it out. At most 20. Left out: there are none.'),
}).meta({ title: 'Slack' });
