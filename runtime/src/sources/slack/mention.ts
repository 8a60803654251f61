/** Whether the text calls the user with this ID, with or without their name behind it. Nobody is called by an empty ID. */
export function mentions(text: string, userId: string): boolean {
  return userId !== '' && (text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`));
}

/** The text without the people that it begins by calling, however many. */
export function withoutLeadingMentions(text: string): string {
  return text.replace(/^(?:\s*<@[^>]*>)*\s*/, '');
}
