import { describe, expect, it } from 'vitest';
import { random } from '../../core/index.ts';
import type { Volume } from '../../volume/index.ts';
import { checkPair } from './check-pair.ts';
import type { CheckedPair } from './checked-pair.ts';
import { checkedImage, checkedTarget, makeField, mirror } from './testing/fields.ts';

const SIZE = { z: 1, y: 128, x: 160 };
const { signal, target } = makeField(1, SIZE, 60);

function check(changes: Partial<CheckedPair>) {
  const pair = {
    id: 'a',
    signal: checkedImage('light.tif', signal),
    targets: [checkedTarget('dna', target)],
    weight: null,
    others: [],
  };
  return checkPair({ ...pair, ...changes }, random(1));
}
const kinds = (changes: Partial<CheckedPair>) =>
  check(changes).findings.map(({ kind, severity }) => `${kind} ${severity}`);
const dna = (volume: Volume) => ({ targets: [checkedTarget('dna', volume)] });

describe('a sample', () => {
  it('is good as it is, and says where the target lies', () => {
    const { findings, shift, fingerprint } = check({});
    expect(findings).toEqual([]);
    expect(shift?.confidence).toBeGreaterThan(0.9);
    const bytes = fingerprint.thumbnail?.data.length ?? 0;
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(128 * 128);
  });

  it('is shifted', () => {
    const [finding] = check(dna(makeField(1, SIZE, 60, { z: 0, y: 0, x: 8 }).target)).findings;
    expect(finding).toMatchObject({ kind: 'shift', severity: 'spoils', samples: ['a'], file: 'dna.tif' });
    expect(finding.measured?.x).toBeGreaterThan(6.5);
    expect(finding.measured?.x).toBeLessThan(9.5);
  });

  it('is mirrored, and no shift is told', () => {
    const { findings, shift } = check(dna(mirror(target, 'y')));
    expect(findings).toMatchObject([{ kind: 'flip', measured: { mirrored: 'y' } }]);
    expect(shift).toBeNull();
  });

  it('has signal and target exchanged', () => {
    expect(kinds({ signal: checkedImage('light.tif', target), ...dna(signal) })).toEqual(['channel spoils']);
  });

  it('has the signal as target', () => {
    expect(kinds(dna(signal))).toEqual(['channel spoils']);
  });

  it.each([2, 3, 4, 5, 6, 7])('has another channel that fits where the chosen one does not (field %i)', (seed) => {
    const other = { ...checkedImage('light.tif#channel=2', target), channelNames: ['DAPI'] };
    const { findings } = check({ ...dna(makeField(seed, SIZE, 60).target), others: [other] });
    expect(findings).toMatchObject([{ kind: 'channel', measured: { other: 'light.tif#channel=2' } }]);
  });

  it('has several faults, and all are told', () => {
    const nan = { ...target, data: target.data.map((value, i) => (i === 5 ? NaN : value)) };
    const half = makeField(3, { z: 1, y: 64, x: 160 }, 30).target;
    expect(kinds({ targets: [checkedTarget('dna', nan), checkedTarget('actin', half)] })).toEqual([
      'shape spoils',
      'not-finite spoils',
    ]);
  });
});

describe('grids', () => {
  const of = (volume: Volume, z: number, y: number, x: number) => ({ ...volume, voxelSize: { z, y, x } });

  it('of other voxel sizes are told, and unknown ones are not', () => {
    const light = checkedImage('light.tif', of(signal, 0.3, 0.1, 0.1));
    expect(kinds({ signal: light, ...dna(of(target, 0.3, 0.1, 0.108)) })).toEqual(['voxel-size spoils']);
    expect(kinds({ signal: light, ...dna(of(target, 0.3, 0.1, 0.1004)) })).toEqual([]);
    expect(kinds({ signal: light })).toEqual([]);
  });

  it('in another order of axes are told as such', () => {
    const turned = { ...target, size: { z: 1, y: 160, x: 128 } };
    expect(kinds(dna(turned))).toEqual(['axes spoils']);
  });

  it('of planes that were read as channels are told as such', () => {
    const planes = { ...signal, channels: 4, size: { z: 1, y: 64, x: 80 } };
    const stack = { ...target, size: { z: 4, y: 64, x: 80 } };
    expect(kinds({ signal: checkedImage('light.tif', planes), ...dna(stack) })).toEqual(['axes spoils']);
  });

  it('with a target of two channels are told, and how to select one', () => {
    const two = { ...target, channels: 2, size: { z: 1, y: 64, x: 160 } };
    const half = { ...signal, size: two.size, data: signal.data.slice(0, 64 * 160) };
    const { findings } = check({ signal: checkedImage('light.tif', half), ...dna(two) });
    expect(findings).toMatchObject([{ kind: 'channel', remedy: expect.stringContaining('dna.tif#channel=0') }]);
  });
});
