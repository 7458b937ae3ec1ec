/** What a page may load and run: its own style and script, by their hashes, and nothing else, from nowhere. */

/** For `<meta http-equiv="Content-Security-Policy">`. */
export async function contentPolicy(style: string, script: string | null): Promise<string> {
  return [
    "default-src 'none'",
    'img-src data:',
    `style-src-elem '${await hashOf(style)}'`,
    "style-src-attr 'unsafe-inline'", // lengths of bars; nothing of it comes from a file
    ...(script === null ? [] : [`script-src '${await hashOf(script)}'`]),
  ].join('; ');
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
