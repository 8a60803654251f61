import { codeSpan, escaped } from '../mrkdwn.ts';
import type { RichText, Style } from './blocks.ts';

/** A line of Markdown, as far as Slack can show it. */
export type Inline =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly url: string; readonly text: string }
  | { readonly kind: 'bold' | 'strike'; readonly children: readonly Inline[] };

/**
 * Code, a link of Markdown (with one level of brackets in its address), a link of Slack, bold, struck out. Each stops at the next beginning of its own kind, so that nothing that an
 * agent writes is read more than twice.
 */
const MARKUP = /`([^`\n]+)`|\[([^[\]\n]+)\]\(((?:[^()\s]|\([^()\s]*\))+)\)|<((?:https?:\/\/|mailto:)[^|<>\s]+)(?:\|([^<>\n]+))?>|\*\*(.+?)\*\*|~~(.+?)~~/g;

export function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKUP)) {
    const [all, code, label, address, slackAddress, slackLabel, bold, struck] = match;
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    from = match.index + all.length;
    if (code !== undefined) parts.push({ kind: 'code', text: code });
    else if (label !== undefined) parts.push(linkTo(address!, plainText(parseInline(label))));
    else if (slackAddress !== undefined) parts.push(linkTo(slackAddress, slackLabel ?? slackAddress));
    else if (bold !== undefined) parts.push({ kind: 'bold', children: parseInline(bold) });
    else parts.push({ kind: 'strike', children: parseInline(struck!) });
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

export function plainText(parts: readonly Inline[]): string {
  return parts.map((part) => ('children' in part ? plainText(part.children) : part.text)).join('');
}

/** As Slack's own markup has it. Nothing in it calls anybody: what is no markup of ours is shown letter by letter. */
export function toMrkdwn(parts: readonly Inline[]): string {
  return parts.map((part) => {
    switch (part.kind) {
      case 'text':
        return escaped(part.text);
      case 'code':
        return codeSpan(part.text);
      case 'link':
        return `<${escaped(part.url)}|${escaped(part.text)}>`;
      case 'bold':
        return `*${toMrkdwn(part.children)}*`;
      case 'strike':
        return `~${toMrkdwn(part.children)}~`;
    }
  }).join('');
}

/** As elements of rich text, whose texts are shown letter by letter. */
export function toRichText(parts: readonly Inline[], style: Style = {}): RichText[] {
  return parts.flatMap((part): RichText[] => {
    switch (part.kind) {
      case 'text':
        return [{ type: 'text', text: part.text, ...styled(style) }];
      case 'code':
        return [{ type: 'text', text: part.text, ...styled({ ...style, code: true }) }];
      case 'link':
        return [{ type: 'link', url: part.url, text: part.text, ...styled(style) }];
      default:
        return toRichText(part.children, { ...style, [part.kind]: true });
    }
  });
}

function styled(style: Style): { style?: Style } {
  return Object.keys(style).length === 0 ? {} : { style };
}

/** Only addresses that a reader would expect behind a link; any other is shown beside its text. */
function linkTo(url: string, text: string): Inline {
  return /^(https?:\/\/|mailto:)/i.test(url) ? { kind: 'link', url: url.replaceAll('|', '%7C'), text } : { kind: 'text', text: `${text} (${url})` };
}
