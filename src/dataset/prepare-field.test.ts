import { describe, expect, it } from 'vitest';
import { random } from '../core/index.ts';
import { statistics, wholeRegion, type Size } from '../volume/index.ts';
import { drawBatch } from './batch.ts';
import { volumeOf, type StoredImage } from './stored-image.ts';
import { config, FILES, memoryCache, openSet, ramp, sample, SIZE, stack, type SetSettings } from './testing/fields.ts';

const all = async (image: StoredImage) => (await volumeOf(image, wholeRegion(image.size), null)).data;
const prepared = async (settings: SetSettings = {}) => (await openSet(settings)).prepared(0);
const planes = config(['network.dims', '2'], ['network.zAsChannels', 'true'], ['patch', '8,8']);
const withTarget = (size: Size, type: 'float32' | 'uint8' = 'float32') => ({
  ...FILES,
  'dna.tif': stack((i) => 2 * ramp(i), { size, type }),
});

describe('a field that fits', () => {
  it('is normalized, keeps the statistics of the files, and has its targets in their order', async () => {
    const targets = [
      { name: 'dna', path: 'dna.tif' },
      { name: 'membrane', path: 'm.tif' },
    ];
    const files = { ...FILES, 'm.tif': stack((i) => -2 * ramp(i), { type: 'int16' }) };
    const field = await prepared({ files, samples: [sample({ targets })] });
    expect(field.targets.map(({ type }) => type)).toEqual(['float32', 'int16']);
    expect(field.facts.targets.map(({ name }) => name)).toEqual(['dna', 'membrane']);
    expect(field.facts.targets.map(({ statistics: [{ max, min }] }) => max - min)).toEqual([300, 200]);
    const [signal, dna, membrane] = await Promise.all([field.signal, ...field.targets].map(all));
    expect(statistics(signal).std).toBeCloseTo(1, 5);
    expect(statistics(membrane).std).toBeCloseTo(1, 5);
    expect(membrane[7]).toBeCloseTo(-dna[7], 5);
  });

  it('is left in the units of its files where normalization is none', async () => {
    const field = await prepared({ config: config(['normalize.signal', 'none']) });
    expect([...(await all(field.signal)).subarray(0, 5)]).toEqual([0, 1, 2, 3, 4].map(ramp));
  });

  it('with planes as channels is normalized over all planes together, for one plane of target', async () => {
    const field = await prepared({ files: withTarget({ ...SIZE, z: 1 }), config: planes });
    expect([field.signal.channels, field.signal.size]).toEqual([5, { z: 1, y: 10, x: 24 }]);
    expect(field.facts.signal.statistics.length).toBe(1);
    expect(statistics(await all(field.signal)).mean).toBeCloseTo(0, 5);
  });

  it('is mirrored where the manifest says so, all its images alike', async () => {
    const [asIs, flipped] = await Promise.all([
      prepared(),
      prepared({ samples: [sample({ flips: { y: true, x: true } })] }),
    ]);
    for (const image of ['signal', 'target'] as const) {
      const of = (field: typeof asIs) => all(image === 'signal' ? field.signal : field.targets[0]);
      const [plain, turned] = [await of(asIs), await of(flipped)];
      const plane = SIZE.y * SIZE.x;
      for (let z = 0; z < SIZE.z; z++)
        expect([...turned.subarray(z * plane, (z + 1) * plane)].reverse()).toEqual([
          ...plain.subarray(z * plane, (z + 1) * plane),
        ]);
    }
  });

  it('is resampled to the training grid', async () => {
    const set = await openSet({ config: config(['voxelSize', '0.3,0.05,0.05']) });
    expect(set.fields[0]).toMatchObject({
      size: { z: 5, y: 20, x: 48 },
      voxelSize: { z: 0.3, y: 0.05, x: 0.05 },
    });
    const { signal } = await set.prepared(0);
    expect(signal.size).toEqual({ z: 5, y: 20, x: 48 });
  });
});

describe('fields in the cache', () => {
  const samples = ['a', 'b', 'c'].map((id) => sample({ id, signal: `${id}.tif`, weight: 'w.tif' }));
  const files = {
    ...FILES,
    'a.tif': stack(ramp, { type: 'uint8' }),
    'b.tif': stack((i) => ramp(i + 5), { type: 'uint16' }),
    'c.tif': stack((i) => ramp(i + 11)),
    'w.tif': stack((i) => i % 2, { type: 'uint8' }),
  };
  const settings = { files, samples, config: config(['split.by', 'part'], ['batch', '20'], ['augment.flips', 'true']) };

  it('give the patches that memory gives, bit for bit', async () => {
    const cache = memoryCache();
    const [inMemory, onDisk] = await Promise.all([openSet(settings), openSet({ ...settings, cache, memoryBytes: 0 })]);
    expect([inMemory.inMemory, onDisk.inMemory]).toEqual([true, false]);
    const draw = (set: typeof onDisk) => drawBatch(set, settings.config, null, random(3));
    const [expected, found] = [await draw(inMemory), await draw(onDisk)];
    expect(found).toEqual(expected);
    expect(new Set(found.places.map(({ field }) => field)).size).toBe(3);
    expect(cache.keys().length).toBe(3);
  });

  it('are read ahead, and one that cannot be is told when it is drawn', async () => {
    const broken = { ...files, 'b.tif': stack((i) => (i === 3 ? NaN : ramp(i))) };
    const set = await openSet({ ...settings, files: broken, memoryBytes: 0 });
    await set.readAhead();
    expect(set.facts().map((facts) => facts !== null)).toEqual([true, false, true]);
    await expect(set.prepared(1)).rejects.toMatchObject({ code: 'dataset/not-finite' });
    await set.close();
  });

  it('are found again without reading a file, unless one was changed', async () => {
    const cache = memoryCache();
    const first = await (await openSet({ ...settings, cache, memoryBytes: 0 })).prepared(1);
    const changedFiles = { ...files, 'b.tif': stack((i) => ramp(i + 6), { type: 'uint16' }) };
    const again = { ...settings, files: changedFiles, cache, memoryBytes: 0 };
    const kept = await (await openSet(again)).prepared(1);
    expect(kept.facts).toEqual(first.facts);
    cache.stamps = 'second';
    const anew = await (await openSet(again)).prepared(1);
    expect(anew.facts.signal.sha256).not.toBe(first.facts.signal.sha256);
    expect(await all(anew.signal)).not.toEqual(await all(first.signal));
  });
});

describe('images of unlike size are refused with both sizes and a remedy', () => {
  it('the last plane missing', async () => {
    await expect(openSet({ files: withTarget({ ...SIZE, z: 4 }) })).rejects.toThrow(
      'bf.tif is (z 5, y 10, x 24), target dna of dna.tif is (z 4, y 10, x 24). Both must show the same voxels. ' +
        'The network would learn to predict another place than it sees. If dna.tif lacks the last planes: bf.tif#z=0:4.',
    );
  });

  it('another field', async () => {
    await expect(openSet({ files: withTarget({ ...SIZE, x: 23 }) })).rejects.toMatchObject({
      code: 'dataset/sizes',
      remedy: expect.stringMatching(/^Register/),
    });
  });

  it('one plane of target for a stack', async () => {
    await expect(openSet({ files: withTarget({ ...SIZE, z: 1 }) })).rejects.toThrow(
      /--dims 2 --set network\.zAsChannels=true/,
    );
  });

  it('a stack of target where one plane is predicted', async () => {
    await expect(openSet({ config: planes })).rejects.toThrow(
      /bf\.tif is \(z 5, y 10, x 24\).*Select a plane: dna\.tif#z=2:3/s,
    );
  });

  it('a weight map', async () => {
    const files = { ...FILES, 'w.tif': stack(ramp, { size: { ...SIZE, y: 9 } }) };
    await expect(openSet({ files, samples: [sample({ weight: 'w.tif' })] })).rejects.toThrow(/weight of w\.tif/);
  });
});

it('a target of several channels is refused', async () => {
  await expect(openSet({ files: { ...FILES, 'dna.tif': stack(ramp, { channels: 2 }) } })).rejects.toMatchObject({
    code: 'dataset/channels',
    remedy: 'Select one: dna.tif#channel=0.',
  });
});

it('constant images and images with NaN are refused by the name of their file', async () => {
  await expect(prepared({ files: { ...FILES, 'dna.tif': stack(() => 7) } })).rejects.toMatchObject({
    code: 'dataset/constant',
    file: 'dna.tif',
  });
  const broken = stack((i) => (i === 3 ? NaN : ramp(i)));
  await expect(prepared({ files: { ...FILES, 'bf.tif': broken } })).rejects.toMatchObject({
    code: 'dataset/not-finite',
    file: 'bf.tif',
  });
});

describe('an image smaller than the patch is refused', () => {
  it('with a patch that fits and is a multiple of 2^depth', async () => {
    await expect(openSet({ config: config(['patch', '8,16,16']) })).rejects.toThrow(
      'bf.tif is (z 5, y 10, x 24), smaller than the patch (z 8, y 16, x 16) along z and y. ' +
        'Patches are cut from inside the image. A patch that fits: --patch 4,8,16.',
    );
  });

  it('with the advice to take a smaller depth where none fits', async () => {
    const deep = config(['network.depth', '4'], ['patch', '16,16,16']);
    await expect(openSet({ config: deep })).rejects.toThrow(/smaller --depth/);
  });
});

describe('a weight map', () => {
  const weighted = (value: (i: number) => number) =>
    prepared({
      files: { ...FILES, 'w.tif': stack(value) },
      samples: [sample({ weight: 'w.tif' })],
      config: config(['split.heldOut', '0.25']),
    });
  const inTrain = (i: number) => i % 24 < 14;

  it('is scaled to mean 1 over the training part, whatever it is elsewhere', async () => {
    const { weight } = await weighted((i) => (inTrain(i) ? (i % 2) * 3 : 50));
    const data = await all(weight as StoredImage);
    let sum = 0;
    data.forEach((value, i) => (sum += inTrain(i) ? value : 0));
    expect(sum / (5 * 10 * 14)).toBeCloseTo(1, 6);
    expect(data[23]).toBeCloseTo(50 / 1.5, 4);
  });

  it('has no weight below 0 on another grid, beside edges where resampling overshoots', async () => {
    const coarse = config(['voxelSize', '0.3,0.14,0.14'], ['patch', '4,4,4']);
    const block = (i: number) => (i % SIZE.x < 12 ? 255 : 0);
    const files = { ...FILES, 'w.tif': stack(block), 'x.tif': stack((i) => (i === 7 ? -200 : block(i))) };
    const on = (weight: string) => prepared({ files, samples: [sample({ weight })], config: coarse });
    const data = await all((await on('w.tif')).weight as StoredImage);
    expect(Math.min(...data)).toBe(0);
    expect(data.filter((weight) => weight > 0).length / data.length).toBeGreaterThan(0.4);
    await expect(on('x.tif')).rejects.toMatchObject({ code: 'dataset/weight', file: 'x.tif' });
  });

  it('counts nothing where the mask is 0; a mask alone is a weight map too', async () => {
    const files = {
      ...FILES,
      'w.tif': stack((i) => 1 + (i % 3)),
      'm.tif': stack((i) => (i % 2) * 255, { type: 'uint8' }),
    };
    const both = await prepared({ files, samples: [sample({ weight: 'w.tif', mask: 'm.tif' })] });
    const alone = await prepared({ files, samples: [sample({ mask: 'm.tif' })] });
    const [weights, ones] = [await all(both.weight as StoredImage), await all(alone.weight as StoredImage)];
    expect([weights[0], weights[2], ones[0]]).toEqual([0, 0, 0]);
    expect(weights[1] / weights[5]).toBeCloseTo(2 / 3, 5);
    expect([ones[1], ones[3]]).toEqual([2, 2]);
  });

  it.each<[string, (i: number) => number, string]>([
    ['negative weights', (i) => (i === 7 || i === 8 ? -1 : 0), '2 of 1200 weights are negative, down to -1'],
    ['NaN', (i) => (i === 7 ? NaN : 0), '1 of 1200 weights are NaN'],
    ['nothing', () => 0, 'are 0'],
    ['nothing in the training part', (i) => (inTrain(i) ? 0 : 1), '(x 0 to 13) are 0'],
  ])('of %s is refused', async (_, value, message) => {
    await expect(weighted(value)).rejects.toMatchObject({ code: 'dataset/weight', file: 'w.tif' });
    await expect(weighted(value)).rejects.toThrow(message);
  });

  it('is asked for where the loss needs one', async () => {
    await expect(openSet({ config: config(['loss', 'weighted-mse']) })).rejects.toMatchObject({
      code: 'dataset/no-weight',
    });
  });
});

describe('many samples', () => {
  it('each time of a series is a sample, all on one side of a split', async () => {
    const files = {
      'bf.tif': stack(ramp, { times: 3 }),
      'dna.tif': stack((i) => 3 * ramp(i), { times: 3 }),
      'bf2.tif': FILES['bf.tif'],
    };
    const set = await openSet({
      files,
      samples: [sample(), sample({ id: 'b', signal: 'bf2.tif', targets: [{ name: 'dna', path: 'dna.tif#t=2' }] })],
    });
    expect(set.fields.map(({ sample: { id, time } }) => [id, time])).toEqual([
      ['a t=0', 0],
      ['a t=1', 1],
      ['a t=2', 2],
      ['b', null],
    ]);
    const [first, second, third] = await Promise.all([0, 1, 2].map((i) => set.prepared(i)));
    const raw = (field: typeof first) => field.facts.signal.sha256;
    expect(new Set([raw(first), raw(second), raw(third)]).size).toBe(3);
    expect(new Set(set.parts.slice(0, 3).map(({ role }) => role)).size).toBe(1);
  });

  it('all that cannot be used are told at once, by their lines', async () => {
    const samples = [
      sample({ place: 'cells.csv line 2' }),
      sample({ id: 'b', place: 'cells.csv line 3', signal: 'no.tif' }),
      sample({ id: 'c', place: 'cells.csv line 4', targets: [{ name: 'dna', path: 'small.tif' }] }),
    ];
    const files = { ...FILES, 'small.tif': stack(ramp, { size: { ...SIZE, x: 20 } }) };
    const refused = openSet({ files, samples });
    await expect(refused).rejects.toMatchObject({ code: 'dataset/samples' });
    await expect(refused).rejects.toThrow(
      /2 of 3 samples.*cells\.csv line 3: no\.tif.*cells\.csv line 4: bf\.tif is \(z 5/s,
    );
  });

  it('of another number of channels are refused', async () => {
    const files = { ...FILES, 'two.tif': stack(ramp, { channels: 2 }) };
    const samples = [sample(), sample({ id: 'b', signal: 'two.tif' })];
    await expect(openSet({ files, samples })).rejects.toThrow(/two\.tif has 2 channels, bf\.tif has 1 channels/);
  });
});
