/**
 * Text as Kubernetes has to be given it in `args` and in the value of a variable, so that a process gets it as it is.
 *
 * Kubernetes replaces `$(NAME)` there by the variable of that name. A prompt holds text from strangers: an issue that
 * says `$(ANTHROPIC_API_KEY)` would put the key into the prompt.
 */
export function literal(text: string): string {
  return text.replace(/\$(?=[$(])/g, '$$$$');
}
