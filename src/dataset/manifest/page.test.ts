/** The tables that docs/manifest.md shows are read, and its message is what is told. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/index.ts';
import { random } from '../../core/index.ts';
import { assignSplit } from '../assign-split.ts';
import { parseManifest } from './manifest.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/manifest.md'), 'utf8');
const blocks = (kind: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``, 'g'))].map(([, text]) => text);

describe('docs/manifest.md', () => {
  it.each(blocks('csv').map((text, i) => [i + 1, text] as const))('table %i can be trained on', (_, text) => {
    const samples = parseManifest(text, 'cells.csv');
    expect(samples.length).toBeGreaterThan(1);
    const { sides } = assignSplit(samples, resolveConfig({}).config.split, random(0));
    expect(sides).toContain('train');
    expect(sides).toContain('val');
  });

  it('shows the message of a table that is wrong', () => {
    const row = (i: number, split: string, target: string, t: string) => `${i}.tif,${target},${split},${t}`;
    const rows = [
      row(2, '', 'a', ''),
      row(3, 'trian', 'b', ''),
      row(4, '', 'c', ''),
      row(5, '', '', ''),
      row(6, '', 'd', ''),
      ...[7, 8, 9].map((i) => row(i, '', 'e', 'all')),
    ];
    const [shown] = blocks('text');
    expect(() => parseManifest(`signal,target,split,t\n${rows.join('\n')}`, 'cells.csv')).toThrow(
      expect.objectContaining({ what: shown.replace('Error: ', '').trimEnd() }),
    );
  });
});
