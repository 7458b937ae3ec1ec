/**
 * HTTP as files need it (RFC 9110): a range of bytes, or a whole body where the server knows no ranges; asked again where
 * that can help, and each byte accounted for.
 *
 * A range is taken only from an answer 206 that says just that range. Where it cannot be told (a server hides Content-Range
 * from pages of other origins unless it lists it in Access-Control-Expose-Headers; Content-Encoding makes a range one of
 * other bytes), the whole is asked for. All first requests have a Range, since `fetch` then asks for bytes as they are
 * stored (Accept-Encoding: identity), which a page cannot ask for by itself; HEAD would tell a compressed length, and
 * signed addresses refuse it.
 */
import { joinBytes } from '../codec/index.ts';
import { ImageError } from '../core/index.ts';

export interface HttpSettings {
  /** That of the platform, as a rule. */
  readonly fetch: (url: string, request: RequestInit) => Promise<Response>;
  /** The pause before a request is sent again. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** A server that sends nothing for so long is given up. */
  readonly stalledAfterMs?: number;
}

/** What tells that a file is the one that it was. */
export interface Version {
  readonly size: number;
  readonly etag: string | null;
  readonly modified: string | null;
}

/** The bytes that were asked for, or all of the file where its server knows no ranges. */
export interface Piece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly whole: boolean;
  readonly version: Version;
}

export interface HttpRequests {
  /** Whether there is a file at `url`. Throws ImageError image/unreadable where its server does not say. */
  exists(url: string): Promise<boolean>;
  /** Bytes from `offset`: `length`, or up to the end. Throws ImageError: image/missing, image/unreadable. */
  readPiece(url: string, offset: number, length: number): Promise<Piece>;
}

/** The most that is taken of a server without ranges: twice this is in memory for a moment, which a laptop's page has. */
const MAX_WHOLE = 2 ** 29;
/** As many as browsers send to one server. */
const AT_ONCE = 6;
const PAUSES_MS = [250, 1000];

/** The body, or null where it is longer than `most`. */
type ReadBody = (most: number) => Promise<Uint8Array<ArrayBuffer> | null>;
type Take<T> = (response: Response, readBody: ReadBody) => Promise<T>;

/** Requests of files, no more than six at once. */
export function httpRequests(settings: HttpSettings): HttpRequests {
  const { fetch, sleep = pause, stalledAfterMs = 60_000 } = settings; // a `fetch` called as a method is an illegal call
  const inTurn = turns(AT_ONCE);

  /** What `take` makes of an answer that has bytes. What is thrown and is no ImageError may pass: it is asked again. */
  async function ask<T>(url: string, range: string | null, take: Take<T>): Promise<T> {
    for (let attempt = 0; ; attempt++)
      try {
        return await inTurn(() => askOnce(url, range, take));
      } catch (error) {
        if (error instanceof ImageError) throw error;
        if (attempt === PAUSES_MS.length) throw noAnswer(url, error);
        await sleep(PAUSES_MS[attempt]);
      }
  }

  /**
   * As `ask` for the first bytes. Where no answer to a range comes through, the whole is asked for: browsers let none through
   * that is compressed all the same, and some servers let other sites send no Range.
   */
  async function askFirst<T>(url: string, length: number, take: Take<T>): Promise<T> {
    try {
      return await ask(url, `bytes=0-${length - 1}`, take);
    } catch (error) {
      if (!(error instanceof ImageError && error.cause instanceof TypeError)) throw error; // which is what `fetch` throws
      return inTurn(() => askOnce(url, null, take)).catch((again: unknown) => {
        throw again instanceof ImageError ? again : error;
      });
    }
  }

  async function askOnce<T>(url: string, range: string | null, take: Take<T>): Promise<T> {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stillAlive = () => {
      clearTimeout(timer);
      const stalled = new Error(`nothing came for ${stalledAfterMs / 1000} seconds`);
      timer = setTimeout(() => abort.abort(stalled), stalledAfterMs);
    };
    stillAlive();
    try {
      const response = await fetch(url, { headers: range === null ? {} : { Range: range }, signal: abort.signal });
      requireBytes(url, response);
      return await take(response, (most) => collect(response, most, stillAlive));
    } finally {
      clearTimeout(timer);
      abort.abort(); // what was not read is not sent either
    }
  }

  return {
    async exists(url) {
      try {
        return await askFirst(url, 1, async ({ status, redirected, url: found }, readBody) => {
          if (status === 206) await readBody(1); // a connection that is read to its end can be used again
          return !(redirected && new URL(found).pathname.endsWith('/')); // as servers answer for a folder
        });
      } catch (error) {
        if (error instanceof ImageError && error.code === 'image/missing') return false;
        throw error;
      }
    },
    async readPiece(url, offset, length) {
      const take: Take<Piece | null> = (response, readBody) =>
        response.status === 200
          ? takeWhole(url, response, readBody)
          : takeRange(url, response, readBody, offset, length);
      const range = `bytes=${offset}-${offset + length - 1}`;
      const piece = await (offset === 0 ? askFirst(url, length, take) : ask(url, range, take));
      return piece ?? ask(url, null, (response, readBody) => takeWhole(url, response, readBody));
    },
  };
}

/** The piece that a 206 or 416 gives, or null where the answer does not tell what it holds. */
async function takeRange(
  url: string,
  response: Response,
  readBody: ReadBody,
  offset: number,
  length: number,
): Promise<Piece | null> {
  const said = response.headers.get('content-range');
  const [, from, to, size] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(said?.trim() ?? '') ?? [];
  if (response.status === 416)
    return size === '0' ? { bytes: new Uint8Array(0), whole: true, version: versionOf(response, 0) } : null;
  if (from === undefined || isEncoded(response)) return null;
  const end = Math.min(offset + length, Number(size));
  if (Number(from) !== offset || Number(to) + 1 !== end)
    throw unreadable(
      url,
      `bytes ${offset} to ${offset + length} were asked for, and its server answers with "${said}"`,
      'Download the file, or tell those who run the server.',
    );
  const bytes = await readBody(end - offset);
  if (bytes?.length !== end - offset)
    throw new Error(`the answer has ${bytes ? bytes.length : 'more'} bytes where ${end - offset} were announced`);
  return { bytes, whole: false, version: versionOf(response, Number(size)) };
}

async function takeWhole(url: string, response: Response, readBody: ReadBody): Promise<Piece> {
  if (response.status !== 200) throw unexpectedStatus(url, response);
  const length = response.headers.get('content-length');
  // From another origin a page may see the compressed length, and not that it is one.
  const announced = length === null || isEncoded(response) || response.type === 'cors' ? null : Number(length);
  const bytes = (announced ?? 0) > MAX_WHOLE ? null : await readBody(MAX_WHOLE);
  if (!bytes)
    throw unreadable(
      url,
      `its server gives no parts of files (HTTP Range), or hides which (CORS), and it is larger than ${MAX_WHOLE / 2 ** 20} MB, which is as much as is kept in memory`,
      'Download it and name the copy; or let the server answer Range with 206, and list Content-Range in Access-Control-Expose-Headers.',
    );
  if (announced !== null && bytes.length !== announced)
    throw new Error(`the answer has ${bytes.length} bytes where ${announced} were announced`);
  return { bytes, whole: true, version: versionOf(response, bytes.length) };
}

function versionOf({ headers }: Response, size: number): Version {
  return { size, etag: headers.get('etag'), modified: headers.get('last-modified') };
}

function isEncoded({ headers }: Response): boolean {
  return (headers.get('content-encoding') ?? 'identity') !== 'identity';
}

/** Throws ImageError where asking again cannot help, Error where it can. */
function requireBytes(url: string, response: Response): void {
  const { status } = response;
  if (status === 200 || status === 206 || status === 416) return;
  if (status === 404 || status === 410)
    throw new ImageError('image/missing', {
      file: url,
      what: `${url} does not exist (HTTP ${status}).`,
      remedy: 'Check the address.',
    });
  if (status >= 500 || status === 429 || status === 408) throw new Error(statusText(response));
  throw unexpectedStatus(url, response);
}

function unexpectedStatus(url: string, response: Response): ImageError {
  const remedy =
    response.status === 401 || response.status === 403
      ? 'Check that you may read it: a key in the address may have run out. Storage that may not be listed says this of files that are not there, too.'
      : 'Check the address in a browser.';
  return unreadable(url, statusText(response), remedy);
}

function statusText({ status, statusText }: Response): string {
  return `HTTP ${status} ${statusText}`.trim();
}

function noAnswer(url: string, cause: unknown): ImageError {
  // Node says "fetch failed" and puts the reason into the cause, at times as a code alone.
  const reasons = [cause, cause instanceof Error ? cause.cause : null].flatMap((error) => {
    if (!(error instanceof Error)) return [];
    return [error.message || ('code' in error ? String(error.code) : error.name)];
  });
  return unreadable(
    url,
    `${reasons.join(': ') || String(cause)}; asked ${PAUSES_MS.length + 1} times`,
    'Check the address and the connection, and try again later. A page also needs that the server lets other sites read it (CORS).',
    cause,
  );
}

function unreadable(url: string, how: string, remedy: string, cause?: unknown): ImageError {
  return new ImageError('image/unreadable', { file: url, cause, what: `${url} cannot be read: ${how}.`, remedy });
}

/** The body, or null where it is longer than `most`. Memory grows with what comes, not with what is announced. */
async function collect({ body }: Response, most: number, onBytes: () => void): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    onBytes();
    length += value.length;
    if (length > most) return null;
    chunks.push(value);
  }
  return joinBytes(chunks);
}

/** Runs what it is given, at most `most` at a time, in the order in which it was given. */
function turns(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running === most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await run();
    } finally {
      const next = waiting.shift(); // takes over the place of this one
      if (next) next();
      else running--;
    }
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
