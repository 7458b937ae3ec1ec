import { describe, expect, it } from 'vitest';
import { random } from '../../core/index.ts';
import { cropVolume, type Volume } from '../../volume/index.ts';
import { checkTogether } from './check-together.ts';
import type { PairFacts, PlacedFacts } from './facts.ts';
import { fingerprintOf } from './fingerprint.ts';
import { checkedImage, checkedTarget, makeField, type MadeField } from './testing/fields.ts';

const SIZE = { z: 1, y: 128, x: 160 };
const fields = [1, 2, 3, 4, 5].map((seed) => makeField(seed, SIZE, 60));

function facts(id: string, targets: Readonly<Record<string, Volume>>, signal: Volume): PairFacts {
  const pair = {
    id,
    signal: checkedImage(`${id}-light.tif`, signal),
    targets: Object.entries(targets).map(([name, volume]) => checkedTarget(name, volume)),
    weight: null,
    others: [],
  };
  return { id, findings: [], shift: null, zProfile: { signal: [], target: [] }, fingerprint: fingerprintOf(pair) };
}
const ofField = (id: string, { signal, target }: MadeField) => facts(id, { dna: target }, signal);
const placed = (all: readonly PairFacts[], splits: readonly PlacedFacts['split'][] = []): PlacedFacts[] =>
  all.map((one, i) => ({ facts: one, split: splits[i] ?? null }));

describe('samples together', () => {
  const all = fields.map((field, i) => ofField(String(i), field));

  it('are good as they are', async () => {
    expect(await checkTogether(placed(all))).toEqual([]);
  });

  it('have the same field twice, equal', async () => {
    expect(await checkTogether(placed([...all, ofField('again', fields[2])]))).toMatchObject([
      { kind: 'duplicate', severity: 'spoils', samples: ['2', 'again'] },
    ]);
  });

  it('have the same field in training and validation: a part of it, with noise and of another brightness', async () => {
    const rng = random(9);
    const region = { start: { z: 0, y: 21, x: 38 }, size: { z: 1, y: 97, x: 110 } };
    const part = cropVolume(fields[1].signal, region);
    const signal = { ...part, data: part.data.map((value) => 2 * value + 2 * rng.normal()) };
    const findings = await checkTogether(
      placed(
        [
          ofField('a', fields[0]),
          ofField('b', fields[1]),
          facts('c', { dna: cropVolume(fields[1].target, region) }, signal),
        ],
        ['train', 'train', 'val'],
      ),
    );
    expect(findings).toMatchObject([{ kind: 'leakage', severity: 'spoils', samples: ['b', 'c'] }]);
    expect(findings[0].measured?.part).toBeGreaterThan(0.9);
  });

  it('have one target for two signals', async () => {
    const wrong = facts('wrong', { dna: fields[0].target }, makeField(8, SIZE, 60).signal);
    expect(await checkTogether(placed([...all, wrong]))).toMatchObject([
      { kind: 'duplicate', samples: ['0', 'wrong'] },
    ]);
  });

  it('have one much darker than the others, which is a note', async () => {
    const { signal, target } = makeField(7, SIZE, 60);
    const dark = { ...signal, data: signal.data.map((value) => value / 5) };
    const findings = await checkTogether(placed([...all, ofField('dark', { signal: dark, target })]));
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings)
      expect(finding).toMatchObject({ kind: 'drift', severity: 'note', file: 'dark-light.tif' });
  });

  it('have the names of two stains exchanged in one row', async () => {
    const lines = (seed: number): Volume => {
      const rng = random(seed);
      const ways = Array.from({ length: 12 }, () => ({ angle: Math.PI * rng.uniform(), at: 160 * rng.uniform() - 40 }));
      const data = Float32Array.from({ length: 128 * 160 }, (_, i) => {
        const [y, x] = [Math.floor(i / 160), i % 160];
        const shine = ways.map(({ angle, at }) =>
          Math.exp(-((y * Math.cos(angle) + x * Math.sin(angle) - at) ** 2) / 2),
        );
        return 10 + 100 * shine.reduce((a, b) => a + b) + rng.normal();
      });
      return { ...fields[0].target, data };
    };
    const rows = fields.map(({ signal, target }, i) =>
      facts(String(i), i === 3 ? { dna: lines(i), axons: target } : { dna: target, axons: lines(i) }, signal),
    );
    expect(await checkTogether(placed(rows))).toMatchObject([{ kind: 'channel', severity: 'spoils', samples: ['3'] }]);
  });
});
