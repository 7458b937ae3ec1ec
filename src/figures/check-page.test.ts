import { describe, expect, it } from 'vitest';
import { decodePng } from '../codec/index.ts';
import type { Size, Volume } from '../volume/index.ts';
import {
  checkPictures,
  renderCheckPage,
  type CheckedSample,
  type DrawnImage,
  type Lie,
  type ShownFinding,
  type ShownPicture,
} from './index.ts';
import { hasChromium, inChromium } from './testing/in-chromium.ts';

const SIZE: Size = { z: 6, y: 20, x: 30 };

/** A bright box of 2 x 4 x 4 voxels at a place, on nothing. */
function box(at: Size, size: Size = SIZE): Volume {
  const data = new Float32Array(size.z * size.y * size.x);
  for (let z = at.z; z < at.z + 2; z++)
    for (let y = at.y; y < at.y + 4; y++)
      data.fill(9, (z * size.y + y) * size.x + at.x, (z * size.y + y) * size.x + at.x + 4);
  return { data, channels: 1, size, voxelSize: { z: 0.4, y: 0.1, x: 0.1 } };
}

function noiseless(size: Size = SIZE): Volume {
  const data = Float32Array.from({ length: size.z * size.y * size.x }, (_, i) => i % 7);
  return { data, channels: 1, size, voxelSize: { z: 0.4, y: 0.1, x: 0.1 } };
}

const finding = (severity: 'spoils' | 'note', kind: string, what: string): ShownFinding => ({
  kind,
  severity,
  what,
  remedy: `Mend ${kind} <b>now</b>.`,
  measured: [{ name: 'y', value: '7' }],
});

const sample = (id: string, findings: readonly ShownFinding[] = []): CheckedSample => ({
  id,
  place: 'cells.csv line 2',
  files: [{ name: 'signal', value: `${id}.tif` }],
  findings,
  part: null,
  shift: { z: 0, y: 7, x: -3.2, confidence: 0.9 },
  voxelSize: null,
  zProfile: { signal: [1, 3, 2, NaN, 1, 0], target: [1, 1, 4, 2, 1, 0] },
  plane: 2,
  pictures: checkPictures(
    {
      signal: noiseless(),
      targets: [{ name: 'dna', lie: null, volume: box({ z: 2, y: 5, x: 6 }) }],
      weight: null,
      plane: 2,
    },
    320,
  ),
});

const EVIL = '<script>alert(1)</script> "&\' <img src=x>';
const SAMPLES = [
  sample('good one'),
  sample('odd', [finding('note', 'saturated', 'Bright.')]),
  sample(EVIL, [finding('note', 'focus', 'Dull.'), finding('spoils', 'shift', `${EVIL} lies off.`)]),
  sample('good two'),
];
const pageOf = (samples: readonly CheckedSample[]) =>
  renderCheckPage({ title: EVIL, samples, facts: [{ name: 'made', value: '<i>now</i>' }] });

describe('the page of a check', () => {
  it('I4: names from files stand in it as text, never as HTML', async () => {
    const page = await pageOf(SAMPLES);
    expect(page).not.toMatch(/<script|<img src=x|<b>now|<i>now/);
    expect(page.split('&lt;script&gt;alert(1)&lt;/script&gt;').length).toBeGreaterThan(6);
  });

  it('tells the verdict first, then the bad samples, what deserves a look, the good; each with its place in the manifest', async () => {
    const page = await pageOf(SAMPLES);
    expect(page).toContain('<b>1 of 4 samples would spoil training</b><span>1 bad · 1 worth a look · 2 good</span>');
    expect(
      [...page.matchAll(/<article id="s(\d)" class="sample (\w+)"/g)].map(([, id, rank]) => `${id} ${rank}`),
    ).toEqual(['3 spoils', '2 note', '1 good', '4 good']);
    expect([...page.matchAll(/<a href="#s(\d)" class="(\w+)" title/g)].map(([, id, rank]) => `${id} ${rank}`)).toEqual([
      '1 good',
      '2 note',
      '3 spoils',
      '4 good',
    ]);
    expect(page).toContain('Mend shift &lt;b&gt;now&lt;/b&gt;.');
  });

  it.each([
    [[sample('a')], 'The sample can be trained on'],
    [[sample('a', [finding('spoils', 'shift', '')])], 'The sample would spoil training'],
    [[sample('a'), sample('b')], 'All 2 samples can be trained on'],
    [[sample('a'), sample('b', [finding('note', 'focus', '')])], 'All 2 samples can be trained on; 1 is worth a look'],
  ])('verdict %#', async (samples, say) => {
    expect(await pageOf(samples)).toContain(`<b>${say}</b>`);
  });

  it('refers to nothing outside itself', async () => {
    const page = await pageOf(SAMPLES);
    expect(page.match(/(src|href)="(?!data:image\/png;base64,|#s\d)[^"]*"/g)).toBeNull();
    expect(page).not.toMatch(/url\(|@import|https?:/);
  });

  it.skipIf(!hasChromium)(
    'opens in a browser without a request or a violation of its policy; a picture grows when it is clicked',
    async () => {
      await inChromium(await pageOf(SAMPLES), async ({ page, said, asked }) => {
        const picture = page.locator('article img').first();
        const width = async () => (await picture.boundingBox())!.width;
        const before = await width();
        await picture.click();
        expect(await width()).toBeGreaterThan(2 * before);
        for (const each of await page.locator('article img').all())
          expect(await each.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
        expect(said).toEqual([]);
        expect(asked).toEqual([]);
      });
    },
  );
});

describe('the pictures of a sample', () => {
  const signal = noiseless();
  const titled = (title: string, pictures: readonly ShownPicture[]) =>
    pictures.find((picture) => picture.title === title);
  const pixels = async ({ src }: DrawnImage) =>
    decodePng(Uint8Array.from(atob(src.slice(src.indexOf(',') + 1)), (letter) => letter.charCodeAt(0)));

  it.each([
    ['moved', [], { z: 3, y: 10, x: 8 }, { z: 1, y: 5, x: -4 }],
    ['mirrored', ['y'], { z: 2, y: SIZE.y - 4 - 5, x: 12 }, { z: 0, y: 0, x: 0 }],
    ['mirrored', ['y', 'x'], { z: 2, y: SIZE.y - 4 - 8, x: SIZE.x - 4 - 11 }, { z: 0, y: 3, x: -1 }],
    ['mirrored', ['z'], { z: SIZE.z - 2 - 3, y: 7, x: 12 }, { z: 1, y: 2, x: 0 }],
  ] as const)(
    '%s back (%j), a target is drawn as one that lay right, from above and from the side',
    (how, mirrored, at, shift) => {
      const named = (volume: Volume, lie: Lie | null) => [{ name: 'dna', volume, lie }];
      const right = checkPictures(
        { signal, targets: named(box({ z: 2, y: 5, x: 12 }), null), weight: null, plane: 2 },
        320,
      );
      const wrong = checkPictures(
        { signal, targets: named(box(at), { mirrored, shift }), weight: null, plane: 2 },
        320,
      );
      expect(right.map(({ title }) => title)).toEqual(['signal', 'dna', 'dna on signal']);
      expect(wrong.map(({ title }) => title)).toEqual(['signal', 'dna', 'dna on signal', `dna ${how} back`]);
      expect(wrong[2].image).not.toEqual(right[2].image);
      expect([wrong[3].image, wrong[3].side]).toEqual([right[2].image, right[2].side]);
    },
  );

  it('the target is green where it is bright, and gray shows through where it is dark', async () => {
    const targets = [{ name: 'dna', lie: null, volume: box({ z: 2, y: 5, x: 6 }) }];
    const { image } = titled(
      'dna on signal',
      checkPictures({ signal, targets, weight: null, plane: 2 }, 320),
    ) as unknown as { image: DrawnImage };
    const { data, width } = await pixels(image);
    const at = (y: number, x: number) => [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
    const [red, green] = at(6, 7);
    expect(green - red).toBeGreaterThan(100);
    const [r, g, b] = at(15, 20);
    expect([g, b]).toEqual([r, r]);
  });

  it('no side is longer than asked, and no picture is laid over another of unlike size', () => {
    const targets = [{ name: 'dna', lie: null, volume: box({ z: 1, y: 1, x: 1 }, { z: 6, y: 20, x: 28 }) }];
    const pictures = checkPictures({ signal, targets, weight: null, plane: 2 }, 15);
    expect(pictures.map(({ title }) => title)).toEqual(['signal', 'dna']);
    for (const { image } of pictures) expect(Math.max(image.width, image.height)).toBe(15);
  });

  it('one plane of fluorescence lies over the shown plane of a stack; without a signal the target stands alone', () => {
    const plane: Volume = {
      ...box({ z: 0, y: 5, x: 6 }),
      size: { ...SIZE, z: 1 },
      data: box({ z: 0, y: 5, x: 6 }).data.slice(0, 600),
    };
    const targets = [{ name: 'dna', lie: null, volume: plane }];
    const over = checkPictures({ signal, targets, weight: null, plane: 4 }, 320);
    expect(over.map(({ title, hint, side }) => [title, hint, side])).toEqual([
      ['signal', 'plane z 4', null],
      ['dna', '', null],
      ['dna on signal', 'plane z 4', null],
    ]);
    expect(checkPictures({ signal: null, targets, weight: null, plane: 0 }, 320).map(({ title }) => title)).toEqual([
      'dna',
    ]);
  });

  it('a voxel without a number is gray in between, a constant image is black', async () => {
    const flat = { ...noiseless(), data: new Float32Array(3600).fill(5) };
    flat.data[2 * 600 + 31] = NaN;
    const [{ image }] = checkPictures({ signal: flat, targets: [], weight: null, plane: 2 }, 320);
    const { data } = await pixels(image);
    expect([data[30], data[31], data[32]]).toEqual([0, 128, 0]);
  });
});
