/** Names in commands that a message tells to type. */

/** `text` as one word of a command line, in quotes where a shell would take it apart. */
export function shellWord(text: string): string {
  return /^[\p{L}\p{N}_@%+=:,./#{}-]+$/u.test(text) ? text : quoted(text);
}

/** In double quotes, which all shells know, unless those of Unix would change something between them. */
export function quoted(text: string): string {
  return /["$`!]/.test(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `"${text}"`;
}
