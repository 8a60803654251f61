/** Text of others as Slack shows it letter by letter: three characters are its syntax, and with them comes everything that could call people or disguise a link. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** In a code span nothing else is read; a tick would end it. */
export function codeSpan(text: string): string {
  return `\`${escaped(text.replaceAll('`', "'"))}\``;
}
