/** At most so many characters as people count them, none of them cut in two; what is left out shows as `…`, which counts. */
export function cutTo(text: string, most: number, ending = '…'): string {
  // Half a pair is never more than one of these, so most texts need not be taken apart.
  if (text.length <= most) return text;
  const characters = Array.from(text);
  if (characters.length <= most) return text;
  return characters.slice(0, most - ending.length).join('') + ending;
}

export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
