/** Paths of a page's files: `/` between names. */

export function split(path: string): { folder: string; name: string } {
  const slash = trim(path).lastIndexOf('/');
  return { folder: trim(path).slice(0, Math.max(0, slash)), name: trim(path).slice(slash + 1) };
}

/** Drops give paths that start with a slash, and folders may end in one. */
export function trim(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

export function join(folder: string, name: string): string {
  return trim(folder) === '' ? name : `${trim(folder)}/${name}`;
}
