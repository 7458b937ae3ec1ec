/** A web server of this machine with files in memory, and with the faults that servers have, for tests. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers in place of the server; false leaves the request to it. */
export type Fault = (request: IncomingMessage, response: ServerResponse, content: Uint8Array) => boolean;

export interface TestServer {
  /** Without a slash at the end. */
  readonly origin: string;
  /** `GET /path RANGE`, in the order of the requests. */
  readonly requests: string[];
  /** Other files of the same names, or files beside them. */
  put(path: string, content: Uint8Array): void;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript' };

/** Serves `contents`, paths without a slash at the start. It knows ranges, and reads them as RFC 9110 says. */
export async function serve(contents: Readonly<Record<string, Uint8Array>>, fault?: Fault): Promise<TestServer> {
  const files = new Map(Object.entries(contents));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://localhost').pathname).slice(1);
    requests.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
    response.on('error', () => {}); // the other side may go at any time
    const content = files.get(path);
    if (fault?.(request, response, content ?? new Uint8Array(0))) return;
    if (!content) {
      response.writeHead(404).end('there is no such file');
      return;
    }
    response.setHeader('Content-Type', TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream');
    answer(request, response, content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    put: (path, content) => void files.set(path, content),
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function answer({ headers, method }: IncomingMessage, response: ServerResponse, content: Uint8Array): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  const end = Math.min(Number(to) + 1, content.length);
  if (from !== undefined && Number(from) >= end) {
    response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end();
    return;
  }
  const body = from === undefined ? content : content.subarray(Number(from), end);
  response.setHeader('Content-Length', body.length);
  if (from === undefined) response.writeHead(200);
  else response.writeHead(206, { 'Content-Range': `bytes ${from}-${end - 1}/${content.length}` });
  response.end(method === 'HEAD' ? undefined : body);
}
