/**
 * Files on web servers, read by their addresses: `https://host/folder/cells.ome.tif?key=1`.
 *
 * Only what is asked for is transferred, in blocks that are kept, so that headers and strips that lie close together cost
 * one request. A file that changes while it is read is refused. Folders cannot be told from what is missing, nor listed.
 */
import { ImageError } from '../core/index.ts';
import { httpRequests, type HttpRequests, type HttpSettings, type Piece, type Version } from './http-request.ts';
import { truncated, unsupported } from './refusals.ts';
import type { ByteSource, Files } from './source.ts';

/** Small reads are served from blocks of this length: larger than most chunks of Zarr, and a moment on slow lines. */
const BLOCK_BYTES = 2 ** 18;
/** Of each file, the last used. */
const KEPT_BLOCKS = 32;
/** Requested before they are read, where a file is read in order. */
const BLOCKS_AHEAD = 3;

/**
 * Files by http(s) addresses. `kind` gives 'file' or null; an address that ends in `/` is no file. What a server answers
 * with 200 in place of a missing file passes for it: readers look at what is in it. 401 and 403 throw image/unreadable,
 * also for what may not be there (storage that may not be listed says so of missing files): data may stand behind it.
 */
export function httpFiles(settings: HttpSettings): Files {
  const requests = httpRequests(settings);
  return {
    kind: async (url) => (!parseUrl(url).path.endsWith('/') && (await requests.exists(url)) ? 'file' : null),
    list: async (url) => {
      throw unsupported(
        url,
        'what is in a folder of a web server cannot be listed.',
        'Name one file by its address, or download the folder.',
        'Files that are not seen would be left out.',
      );
    },
    open: (url) => openUrl(requests, url),
    split(url) {
      const { origin, path, query } = parseUrl(url);
      const parts = path.split('/').filter((part) => part !== '');
      const name = decode(parts.pop() ?? '');
      return { folder: `${origin}${parts.map((part) => `/${part}`).join('')}${query}`, name };
    },
    join(folder, name) {
      const { origin, path, query } = parseUrl(folder);
      return `${origin}${path.replace(/\/+$/, '')}/${encode(name)}${query}`;
    },
  };
}

/** `http` for paths that are addresses, `files` for all others. */
export function filesAndUrls(files: Files, http: Files): Files {
  const of = (path: string) => (/^https?:\/\//i.test(path) ? http : files);
  return {
    kind: (path) => of(path).kind(path),
    list: (folder) => of(folder).list(folder),
    open: (path) => of(path).open(path),
    split: (path) => of(path).split(path),
    join: (folder, name) => of(folder).join(folder, name),
  };
}

/** Throws ImageError: image/missing, image/unreadable. */
async function openUrl(requests: HttpRequests, url: string): Promise<ByteSource> {
  const first = await requests.readPiece(url, 0, BLOCK_BYTES);
  const { size } = first.version;
  let whole = first.whole ? first.bytes : null;
  const blocks = new Map<number, Promise<Uint8Array>>(); // in the order of use, the last used at the end
  if (!whole) blocks.set(0, Promise.resolve(first.bytes));

  /** Bytes of the file as it was when it was opened; a buffer of their own. */
  async function readRange(offset: number, length: number): Promise<Uint8Array> {
    const piece: Piece = await requests.readPiece(url, offset, length);
    requireSame(url, first.version, piece.version);
    if (!piece.whole) return piece.bytes;
    whole = piece.bytes;
    return whole.slice(offset, offset + length);
  }

  function readBlock(index: number): Promise<Uint8Array> {
    const offset = index * BLOCK_BYTES;
    const block = blocks.get(index) ?? readRange(offset, Math.min(BLOCK_BYTES, size - offset));
    blocks.delete(index);
    blocks.set(index, block);
    if (blocks.size > KEPT_BLOCKS) blocks.delete(blocks.keys().next().value!);
    block.catch(() => blocks.delete(index)); // it may come the next time
    return block;
  }

  /** A block; who read the one before it is likely to read on, so the next ones come meanwhile. */
  function readInOrder(index: number): Promise<Uint8Array> {
    const block = readBlock(index);
    if (blocks.has(index - 1))
      for (let next = index + 1; next <= index + BLOCKS_AHEAD && next * BLOCK_BYTES < size; next++)
        if (!blocks.has(next)) void readBlock(next);
    return block;
  }

  return {
    name: url,
    size,
    async read(offset, length) {
      if (offset + length > size)
        throw truncated(url, `bytes up to ${offset + length} were to be read; the file ends at ${size}.`, size);
      if (length === 0) return new Uint8Array(0);
      if (whole) return whole.slice(offset, offset + length);
      const index = Math.floor(offset / BLOCK_BYTES);
      const large = length > BLOCK_BYTES;
      if (large && !blocks.has(index)) return readRange(offset, length);
      const blockEnd = (index + 1) * BLOCK_BYTES;
      const beyond = offset + length - blockEnd;
      const [block, rest] = await Promise.all([
        readInOrder(index),
        beyond <= 0 ? null : large ? readRange(blockEnd, beyond) : readInOrder(index + 1),
      ]);
      const bytes = new Uint8Array(length);
      bytes.set(block.subarray(offset - index * BLOCK_BYTES).subarray(0, length));
      if (rest) bytes.set(rest.subarray(0, beyond), length - beyond);
      return bytes;
    },
    async close() {
      blocks.clear();
      whole = null;
    },
  };
}

function requireSame(url: string, opened: Version, now: Version): void {
  const told = ({ size, etag, modified }: Version) =>
    [`${size} bytes`, etag && `ETag ${etag}`, modified && `of ${modified}`].filter(Boolean).join(', ');
  const mark = opened.etag !== null && now.etag !== null ? 'etag' : 'modified';
  const differs = opened[mark] !== null && now[mark] !== null && opened[mark] !== now[mark];
  if (opened.size === now.size && !differs) return;
  throw new ImageError('image/unreadable', {
    file: url,
    what: `${url} was changed while it was read: it was ${told(opened)}, and is ${told(now)}.`,
    why: 'Two files would be mixed.',
    remedy: 'Read it again when it is no longer written to.',
  });
}

/** An address in parts that put together are the address; `query` has a fragment with it. */
function parseUrl(url: string): { origin: string; path: string; query: string } {
  const [, origin, path, query] = /^(\w+:\/\/[^/?#]*)([^?#]*)(.*)$/s.exec(url) ?? ['', '', url, ''];
  return { origin, path, query };
}

/** A name or relative path as a part of an address. */
function encode(name: string): string {
  // Half a surrogate pair is no character, and encodeURI throws at it.
  return encodeURI(name.replace(/\p{Surrogate}/gu, '\uFFFD')).replace(/[?#]/g, encodeURIComponent);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a percent sign that stands for itself
  }
}
