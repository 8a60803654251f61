import { describe, expect, test } from 'vitest';
import { parseInline, toMrkdwn, toRichText } from '../../../src/slack/reporting/inline-markdown.ts';

describe('a line of Markdown in Slack', () => {
  test.each<[string, string, string]>([
    ['is bold', 'a **b** c', 'a *b* c'],
    ['is struck out', '~~a~~', '~a~'],
    ['is code, in which nothing else counts', '`**a** <b> & [c](d)`', '`**a** &lt;b&gt; &amp; [c](d)`'],
    ['has links', '[docs](https://x.test/a)', '<https://x.test/a|docs>'],
    ['has links with brackets in them', '[wiki](https://x.test/a_(b)) end', '<https://x.test/a_(b)|wiki> end'],
    ['has links of Slack', 'see <https://x.test/a?b=1&c=2|docs> and <https://y.test>', 'see <https://x.test/a?b=1&amp;c=2|docs> and <https://y.test|https://y.test>'],
    ['has bold links', '**[docs](https://x.test)**', '*<https://x.test|docs>*'],
    ['has bold text that is struck out', '**a ~~b~~**', '*a ~b~*'],
    ['has links that lead nowhere else than they say', '[a](https://x.test/|b)', '<https://x.test/%7Cb|a>'],
    ['shows other addresses beside their text', '[a](javascript:alert) [b](./docs/b.md)', 'a (javascript:alert) b (./docs/b.md)'],
    ['calls nobody', '<!channel> <!here> <@U123> <!subteam^S1> <#C1> @channel', '&lt;!channel&gt; &lt;!here&gt; &lt;@U123&gt; &lt;!subteam^S1&gt; &lt;#C1&gt; @channel'],
    ['calls nobody in bold', '**<!channel>**', '*&lt;!channel&gt;*'],
    ['calls nobody from a link', '[<!channel>](https://x.test) <https://x.test|<!here>>', '<https://x.test|&lt;!channel&gt;> &lt;https://x.test|&lt;!here&gt;&gt;'],
    ['disguises no link', '<https://evil.test|bank> [a](<!channel>)', '<https://evil.test|bank> a (&lt;!channel&gt;)'],
    ['keeps what is half of something', '**a ~~b `c [d](e', '**a ~~b `c [d](e'],
  ])('%s', (_, markdown, mrkdwn) => {
    expect(toMrkdwn(parseInline(markdown))).toBe(mrkdwn);
  });

  test('has styles in styles as rich text', () => {
    expect(toRichText(parseInline('a **b ~~c `d`~~** [e](https://x.test)'))).toEqual([
      { type: 'text', text: 'a ' },
      { type: 'text', text: 'b ', style: { bold: true } },
      { type: 'text', text: 'c ', style: { bold: true, strike: true } },
      { type: 'text', text: 'd', style: { bold: true, strike: true, code: true } },
      { type: 'text', text: ' ' },
      { type: 'link', url: 'https://x.test', text: 'e' },
    ]);
  });

  test.each(['['.repeat(200_000), '<https://'.repeat(50_000), '**a'.repeat(66_001), '[a]('.repeat(50_000), '`'.repeat(100_001), '~~'.repeat(100_000)])('of an attacker is read all the same (%#)', (hostile) => {
    expect(toMrkdwn(parseInline(hostile)).length).toBeGreaterThan(0);
  });
});
