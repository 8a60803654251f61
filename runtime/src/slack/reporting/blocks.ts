/** A part of a message as Slack's Block Kit has it (https://docs.slack.dev/reference/block-kit/blocks), as far as we write them. */
export type Block =
  | { readonly type: 'divider' }
  | { readonly type: 'header'; readonly text: { readonly type: 'plain_text'; readonly text: string } }
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] }
  | { readonly type: 'table'; readonly rows: readonly (readonly RichTextBlock[])[] }
  | RichTextBlock;

export interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
}

export interface RichTextBlock {
  readonly type: 'rich_text';
  readonly elements: readonly (RichTextSection | { readonly type: 'rich_text_list'; readonly style: 'bullet' | 'ordered'; readonly indent: 0; readonly elements: readonly RichTextSection[] })[];
}

export interface RichTextSection {
  readonly type: 'rich_text_section';
  readonly elements: readonly RichText[];
}

export interface Style {
  readonly bold?: true;
  readonly strike?: true;
  readonly code?: true;
}

export type RichText = { readonly type: 'text'; readonly text: string; readonly style?: Style } | { readonly type: 'link'; readonly url: string; readonly text: string; readonly style?: Style };

/** What a message may have. */
export const MOST_BLOCKS = 50;
export const LONGEST_SECTION = 3_000;
export const LONGEST_HEADER = 150;

export function section(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

export function context(...texts: readonly string[]): Block {
  return { type: 'context', elements: texts.map((text) => ({ type: 'mrkdwn', text })) };
}
