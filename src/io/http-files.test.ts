/** Files of a web server: the bytes that are there, in few requests, or a refusal, whatever the server does. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { isUnstainedError } from '../core/index.ts';
import { nodeFiles } from '../node/files.ts';
import { filesAndUrls, httpFiles } from './http-files.ts';
import { openImage } from './open-image.ts';
import { serve, type Fault, type TestServer } from './testing/http-server.ts';
import { memoryFiles } from './testing/memory.ts';
import { noise, readAll } from './testing/samples.ts';
import { writeTiff } from './testing/write-tiff.ts';

const CONTENT = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 7919) >> 5);
const BLOCK = 2 ** 18;

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** The address of a file, `a.bin` with `CONTENT` if none is given, on a server with a fault. */
async function address(fault?: Fault, contents: Readonly<Record<string, Uint8Array>> = { 'a.bin': CONTENT }) {
  server = await serve(contents, fault);
  return `${server.origin}/${Object.keys(contents)[0]}`;
}

const pauses: number[] = [];
const files = httpFiles({
  fetch,
  sleep: async (ms) => void pauses.push(ms),
  stalledAfterMs: 200,
});

describe('a server that knows ranges', () => {
  it('gives any part of a file as the file has it', async () => {
    const bytes = await files.open(await address());
    expect(bytes.size).toBe(CONTENT.length);
    const part = fc
      .tuple(fc.nat(CONTENT.length), fc.nat(CONTENT.length))
      .map(([a, b]) => [Math.min(a, b), Math.abs(a - b)]);
    await fc.assert(
      fc.asyncProperty(part, async ([offset, length]) => {
        const read = await bytes.read(offset, length);
        expect(Buffer.compare(read, CONTENT.subarray(offset, offset + length))).toBe(0);
        read.fill(0); // what was given is the reader's
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('is asked for a block once, however many small reads lie in it', async () => {
    const bytes = await files.open(await address(undefined, { 'a.bin': CONTENT.subarray(0, 2 * BLOCK) }));
    const at = Array.from({ length: 100 }, (_, i) => BLOCK - 50 + i);
    await Promise.all(at.map((offset) => bytes.read(offset, 8)));
    expect(server!.requests).toEqual([`GET /a.bin bytes=0-${BLOCK - 1}`, `GET /a.bin bytes=${BLOCK}-${2 * BLOCK - 1}`]);
  });

  it('is asked ahead where a file is read in order, and not where it is read here and there', async () => {
    const bytes = await files.open(await address(undefined, { 'a.bin': new Uint8Array(20 * BLOCK) }));
    const { requests } = server!;
    await bytes.read(10 * BLOCK, 8);
    await bytes.read(15 * BLOCK, 8);
    expect(requests.length).toBe(3);
    await bytes.read(11 * BLOCK, 8);
    await expect.poll(() => requests.length).toBe(7);
    const asked = requests.slice(3).map((request) => Number(/=(\d+)/.exec(request)![1]) / BLOCK);
    expect(new Set(asked)).toEqual(new Set([11, 12, 13, 14]));
  });

  it('sends no byte twice of a file that is read whole at once', async () => {
    const bytes = await files.open(await address());
    await bytes.read(0, CONTENT.length);
    expect(server!.requests).toEqual([
      `GET /a.bin bytes=0-${BLOCK - 1}`,
      `GET /a.bin bytes=${BLOCK}-${CONTENT.length - 1}`,
    ]);
  });

  it('gets no more than six requests at once', async () => {
    let open = 0;
    let most = 0;
    const url = await address((_, response) => {
      most = Math.max(most, ++open);
      response.on('close', () => open--);
      return false;
    });
    await Promise.all(Array.from({ length: 30 }, (_, i) => files.open(`${url}?${i}`)));
    expect(most).toBeLessThanOrEqual(6);
  });

  it('tells files from what is missing, and asks nothing about addresses of folders', async () => {
    const url = await address();
    expect(await files.kind(url)).toBe('file');
    expect(await files.kind(`${url}.no`)).toBeNull();
    const { length } = server!.requests;
    expect(await files.kind(`${server!.origin}/a/?key=1`)).toBeNull();
    expect(server!.requests.length).toBe(length);
  });

  it('takes what is redirected to a folder for no file', async () => {
    const list = new TextEncoder().encode('<!doctype html><a href="0/">0/</a>');
    const url = await address(
      (request, response) => {
        const toFolder = request.url === '/cells.zarr';
        if (toFolder) response.writeHead(301, { Location: '/cells.zarr/' }).end();
        return toFolder;
      },
      { 'cells.zarr/': list },
    );
    expect(await files.kind(url.slice(0, -1))).toBeNull();
  });

  it('I1: a read beyond the end is truncated', async () => {
    const bytes = await files.open(await address());
    const beyond = bytes.read(CONTENT.length - 4, 5);
    await expect(beyond).rejects.toMatchObject({ code: 'image/truncated', at: CONTENT.length });
  });

  it('an empty file is empty', async () => {
    const url = await address(undefined, { 'empty.tif': new Uint8Array(0) });
    expect(await files.kind(url)).toBe('file');
    expect((await files.open(url)).size).toBe(0);
    await expect(openImage(files, url)).rejects.toMatchObject({ code: 'image/truncated' });
  });
});

describe('a server that knows no ranges, or hides them,', () => {
  const gzipped = gzipSync(CONTENT);
  it.each<readonly [string, Fault, number]>([
    ['answers 200 with the whole', whole(() => {}), 1],
    ['does so without a length', whole((response) => response.removeHeader('Content-Length')), 1],
    ['does not show Content-Range', only206((response) => response.removeHeader('Content-Range')), 2],
    [
      'does not say the size',
      only206((response, { length }) => response.setHeader('Content-Range', `bytes 0-${length - 1}/*`)),
      2,
    ],
    [
      'compresses parts',
      (request, response) => {
        if (request.headers.range)
          response
            .writeHead(206, { 'Content-Encoding': 'gzip', 'Content-Range': `bytes 0-99/${gzipped.length}` })
            .end(gzipped.subarray(0, 100));
        else response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': gzipped.length }).end(gzipped);
        return true;
      },
      2,
    ],
    [
      'answers 416 to every range',
      (request, response) => {
        if (request.headers.range) response.writeHead(416).end();
        return request.headers.range !== undefined;
      },
      2,
    ],
    [
      'lets no Range through',
      (request, response) => {
        if (request.headers.range) response.destroy();
        return request.headers.range !== undefined;
      },
      4,
    ],
  ])('%s: that is read once and kept', async (_, fault, requests) => {
    const bytes = await files.open(await address(fault));
    expect(bytes.size).toBe(CONTENT.length);
    for (const offset of [0, 300_000, 699_000])
      expect([...(await bytes.read(offset, 1000))]).toEqual([...CONTENT.subarray(offset, offset + 1000)]);
    expect(server!.requests.length).toBe(requests);
  });

  it('is left when it announces more than is kept in memory', async () => {
    let sent = 0;
    const url = await address((_, response) => {
      response.writeHead(200, { 'Content-Length': 2 ** 40 });
      const send = () => {
        while (!response.destroyed && response.write(new Uint8Array(2 ** 16))) sent += 2 ** 16;
      };
      response.on('drain', send);
      send();
      return true;
    });
    await expect(files.open(url)).rejects.toMatchObject({
      code: 'image/unreadable',
      what: expect.stringContaining('512 MB'),
      remedy: expect.stringContaining('Range'),
    });
    expect(sent).toBeLessThan(2 ** 26);
    expect(await files.kind(url)).toBe('file');
  });

  it('is left when it sends more than that without a word', async () => {
    const chunk = new Uint8Array(2 ** 26); // the same memory again and again
    const body = () => new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
    const endless = httpFiles({ fetch: async () => new Response(body()) });
    await expect(endless.open('http://localhost/a')).rejects.toMatchObject({ what: expect.stringContaining('512 MB') });
  });
});

describe('I1: refused is', () => {
  const say =
    (status: number): Fault =>
    (_, response) =>
      Boolean(response.writeHead(status).end('<html>'));
  it.each<readonly [string, Fault, string, RegExp]>([
    ['a file that is not there', say(404), 'image/missing', /a\.bin does not exist \(HTTP 404\)/],
    ['one that is gone', say(410), 'image/missing', /HTTP 410/],
    ['one that may not be read', say(403), 'image/unreadable', /HTTP 403 Forbidden/],
    ['one that needs a name', say(401), 'image/unreadable', /HTTP 401/],
    ['an answer without content', say(204), 'image/unreadable', /HTTP 204/],
    ['a server that fails', say(500), 'image/unreadable', /HTTP 500 Internal Server Error; asked 3 times/],
    [
      'another range than asked',
      range('bytes 1-262144/700000'),
      'image/unreadable',
      /bytes 0 to 262144 were asked for, and its server answers with "bytes 1-/,
    ],
    ['a shorter range than asked', range('bytes 0-99/700000'), 'image/unreadable', /"bytes 0-99\/700000"/],
    ['a longer range than there is', range('bytes 0-262143/100'), 'image/unreadable', /"bytes 0-262143\/100"/],
    ['a part that is shorter than its range', body(100), 'image/unreadable', /100 bytes where 262144 were announced/],
    [
      'a part that is longer than its range',
      body(BLOCK + 1),
      'image/unreadable',
      /more bytes where 262144 were announced/,
    ],
    [
      'an answer that breaks off',
      (_, response, content) => {
        response.writeHead(206, { 'Content-Range': `bytes 0-${BLOCK - 1}/${content.length}`, 'Content-Length': BLOCK });
        response.write(content.subarray(0, 1000), () => response.destroy());
        return true;
      },
      'image/unreadable',
      /asked 3 times/,
    ],
    [
      'a whole that breaks off',
      (_, response, content) => {
        response.writeHead(200, { 'Content-Length': content.length });
        response.write(content.subarray(0, 1000), () => response.destroy());
        return true;
      },
      'image/unreadable',
      /asked 3 times/,
    ],
    ['a server that says nothing', () => true, 'image/unreadable', /nothing came for 0\.2 seconds/],
    [
      'one that stops in the middle',
      (_, response, content) => {
        response.writeHead(206, { 'Content-Range': `bytes 0-${BLOCK - 1}/${content.length}` });
        response.write(content.subarray(0, 1000));
        return true;
      },
      'image/unreadable',
      /nothing came for 0\.2 seconds/,
    ],
  ])('%s', async (_, fault, code, what) => {
    const url = await address(fault);
    await expect(files.open(url)).rejects.toMatchObject({
      code,
      file: url,
      what: expect.stringMatching(what),
      remedy: expect.stringMatching(/\w/),
    });
  });

  it('a server that is not there', async () => {
    const url = await address();
    await server!.close();
    await expect(files.open(url)).rejects.toMatchObject({
      code: 'image/unreadable',
      what: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('a list of what is in a folder', () =>
    expect(files.list('http://localhost/a')).rejects.toMatchObject({ code: 'image/unsupported' }));

  it('a web page in place of an image, by name', async () => {
    const url = await address(undefined, {
      'cells.tif': new TextEncoder().encode('\n<!DOCTYPE html><title>Not here</title>'),
    });
    await expect(openImage(files, url)).rejects.toMatchObject({
      code: 'image/unsupported',
      what: expect.stringContaining('web page'),
    });
  });

  it('not knowing whether a file is there, as missing', async () => {
    const url = await address(say(403));
    await expect(files.kind(url)).rejects.toMatchObject({ code: 'image/unreadable' });
  });

  it.each<readonly [string, (read: number) => Readonly<Record<string, string>>, Uint8Array]>([
    ['another size', () => ({}), CONTENT.slice(0, 650_000)],
    ['fewer bytes than the part begins at', () => ({}), CONTENT.slice(0, 1000)],
    ['another ETag', (read) => ({ ETag: `"${read}"` }), CONTENT],
    ['another date', (read) => ({ 'Last-Modified': `Tue, 03 Feb 2026 10:00:0${read} GMT` }), CONTENT],
  ])('a file that changes between two reads: %s', async (_, headersOf, later) => {
    let read = 0;
    const url = await address((_, response) => {
      for (const [name, value] of Object.entries(headersOf(read++))) response.setHeader(name, value);
      return false;
    });
    const bytes = await files.open(url);
    server!.put('a.bin', later);
    await expect(bytes.read(300_000, 10)).rejects.toMatchObject({
      code: 'image/unreadable',
      what: expect.stringContaining('changed while it was read'),
    });
  });
});

describe('what passes', () => {
  it.each([500, 503, 429])('HTTP %i twice, and then the file, after pauses that grow', async (status) => {
    let asked = 0;
    const url = await address((_, response) => ++asked < 3 && Boolean(response.writeHead(status).end()));
    pauses.length = 0;
    expect((await files.open(url)).size).toBe(CONTENT.length);
    expect(pauses).toEqual([250, 1000]);
  });

  it('a read that failed does not stay failed', async () => {
    let broken = false;
    const url = await address((_, response) => broken && Boolean(response.writeHead(500).end()));
    const bytes = await files.open(url);
    broken = true;
    await expect(bytes.read(300_000, 2)).rejects.toMatchObject({ code: 'image/unreadable' });
    broken = false;
    expect([...(await bytes.read(300_000, 2))]).toEqual([...CONTENT.subarray(300_000, 300_002)]);
  });

  it('a redirect is followed', async () => {
    const url = await address((request, response) => {
      const moved = request.url === '/moved.bin';
      if (moved) response.writeHead(302, { Location: '/a.bin' }).end();
      return moved;
    });
    const bytes = await files.open(url.replace('a.bin', 'moved.bin'));
    expect([...(await bytes.read(5, 2))]).toEqual([...CONTENT.subarray(5, 7)]);
  });
});

describe('addresses', () => {
  it.each([
    ['https://h/a/b.tif?key=1', 'https://h/a?key=1', 'b.tif'],
    ['https://h/b.tif', 'https://h', 'b.tif'],
    ['https://h/a/b.zarr/', 'https://h/a', 'b.zarr'],
    ['https://h/a%20b/50%25%20%23%3F.tif', 'https://h/a%20b', '50% #?.tif'],
    ['https://h', 'https://h', ''],
  ])('%s is in %s as %s', (url, folder, name) => expect(files.split(url)).toEqual({ folder, name }));

  it.each([
    ['https://h/a?key=1', 'b.tif', 'https://h/a/b.tif?key=1'],
    ['https://h/a/', 'c/0/0', 'https://h/a/c/0/0'],
    ['https://h', '50% #?\u00b5.tif', 'https://h/50%25%20%23%3F%C2%B5.tif'],
    ['https://h', 'half \uD800', 'https://h/half%20%EF%BF%BD'],
  ])('in %s, %s is %s', (folder, name, url) => expect(files.join(folder, name)).toBe(url));

  it('a name that was split off comes back', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        fc.pre(!name.includes('/'));
        expect(files.split(files.join('https://h/a?key=1', name))).toEqual({ folder: 'https://h/a?key=1', name });
      }),
      { seed: 1 },
    ));

  it('go to the web, and paths to where the other files are', async () => {
    const both = filesAndUrls(memoryFiles({ 'f/a.bin': new Uint8Array(3) }), files);
    const url = await address();
    expect((await both.open('f/a.bin')).size).toBe(3);
    expect((await both.open(url.replace('http', 'HTTP'))).size).toBe(CONTENT.length);
    expect(await both.list('f')).toEqual(['a.bin']);
    expect(both.split('f/a.bin').folder).toBe('f');
    expect(both.join('f', 'a')).toBe('f/a');
    expect(await both.kind(url)).toBe('file');
  });
});

it('an image of a web server is that of the file, with or without ranges', async () => {
  const [plane] = noise('uint16', 90 * 70, 1);
  const tiff = writeTiff([plane], {
    width: 90,
    height: 70,
    type: 'uint16',
    compression: 'deflate',
    blocks: { rows: 1 },
  });
  for (const fault of [undefined, whole(() => {})]) {
    const url = await address(fault, { 'one row a strip.tif': tiff });
    const { images, close } = await openImage(nodeFiles, url);
    expect(await readAll(images[0])).toEqual([plane]);
    await close();
    await server!.close();
  }
});

it('I1: whatever a server does at whatever request, the pixels are those of the file, or it is refused', async () => {
  const [plane] = noise('uint8', 900 * 700, 1) as Uint8Array<ArrayBuffer>[];
  const tiff = writeTiff([plane], { width: 900, height: 700, type: 'uint8', blocks: { rows: 300 } });
  const faults: readonly Fault[] = [
    () => false,
    () => false,
    whole(() => {}),
    only206((response) => response.removeHeader('Content-Range')),
    range(`bytes 0-${BLOCK - 1}/${tiff.length}`),
    range(`bytes ${BLOCK}-${2 * BLOCK - 1}/${tiff.length}`),
    body(100),
    (_, response) => Boolean(response.writeHead(503).end()),
    (_, response) => Boolean(response.writeHead(404).end()),
    (_, response) => Boolean(response.writeHead(200).end('<!doctype html>')),
    (_, response) => Boolean(response.destroy()),
    (_, response) => {
      response.setHeader('ETag', '"another"');
      return false;
    },
  ];
  let planned: readonly number[] = [];
  let request = 0;
  const url = await address((...call) => faults[planned[request++] ?? 0](...call), { 'a.tif': tiff });
  const outcomes = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(faults.length - 1), { maxLength: 8 }), async (plan) => {
      planned = plan;
      request = 0;
      const read = await openImage(files, url)
        .then(({ images }) => readAll(images[0]))
        .catch((error: unknown) => error);
      if (Array.isArray(read)) expect(Buffer.compare(read[0], plane)).toBe(0);
      else expect(isUnstainedError(read), String(read)).toBe(true);
      outcomes[Array.isArray(read) ? 'read' : 'refused']++;
    }),
    { seed: 1, numRuns: 150 },
  );
  expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(30);
});

/** All of the file, whatever is asked for. */
function whole(change: (response: Parameters<Fault>[1]) => void): Fault {
  return (_, response, content) => {
    response.setHeader('Content-Length', content.length);
    change(response);
    response.writeHead(200).end(content);
    return true;
  };
}

/** The first block, with a header changed, and the whole to who asks for no range. */
function only206(change: (response: Parameters<Fault>[1], part: Uint8Array) => void): Fault {
  return (request, response, content) => {
    if (!request.headers.range) return false;
    const part = content.subarray(0, BLOCK);
    change(response, part);
    response.writeHead(206).end(part);
    return true;
  };
}

/** The first block under any range. */
function range(said: string): Fault {
  return only206((response) => response.setHeader('Content-Range', said));
}

/** So many bytes as the first block. */
function body(length: number): Fault {
  return (_, response, content) => {
    response.writeHead(206, { 'Content-Range': `bytes 0-${BLOCK - 1}/${content.length}` });
    response.end(content.subarray(0, length));
    return true;
  };
}
