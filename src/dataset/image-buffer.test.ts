import fc from 'fast-check';
import { expect, it } from 'vitest';
import { random, randomFromState, type Random } from '../core/index.ts';
import { drawImage, fillBuffer, nextImage, type ImageBuffer } from './image-buffer.ts';

/** What is drawn, and the buffer before each draw. */
function draw(count: number, buffer: ImageBuffer, switchEvery: number, source: Random) {
  const drawn: number[] = [];
  const buffers: ImageBuffer[] = [];
  for (let i = 0; i < count; i++) {
    buffers.push(buffer);
    const { image, buffer: after } = drawImage(buffer, switchEvery, source);
    drawn.push(image);
    buffer = after;
  }
  return { drawn, buffers, last: buffer };
}

const cases = fc
  .record({
    images: fc.integer({ min: 2, max: 12 }),
    part: fc.nat(),
    switchEvery: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(),
  })
  .map(({ images, part, ...rest }) => ({ images, size: 1 + (part % (images - 1)), ...rest }));

it('draws from its members, of which the oldest gives way after so many patches', () => {
  fc.assert(
    fc.property(cases, ({ images, size, switchEvery, seed }) => {
      const source = random(seed);
      const { drawn, buffers } = draw(100, fillBuffer(images, size, source), switchEvery, source);
      buffers.forEach((buffer, i) => {
        expect(buffer.members).toContain(drawn[i]);
        expect(new Set(buffer.members).size).toBe(size);
        if (i === 0) return;
        const before = buffers[i - 1];
        if (i % switchEvery > 0) expect(buffer.members).toEqual(before.members);
        else expect(buffer.members).toEqual([...before.members.slice(1), nextImage(before)]);
      });
    }),
    { seed: 1 },
  );
});

it('each image comes within n switches, and again within 2n - 1, in every round of n once', () => {
  fc.assert(
    fc.property(cases, ({ images, size, seed }) => {
      const source = random(seed);
      const { buffers } = draw(5 * images + 1, fillBuffer(images, size, source), 1, source);
      const came = [...buffers[0].members, ...buffers.slice(1).map(({ members }) => members[size - 1])];
      for (let round = 0; round < 5; round++)
        expect(new Set(came.slice(round * images, (round + 1) * images)).size).toBe(images);
      for (let image = 0; image < images; image++) {
        const at = came.flatMap((other, i) => (other === image ? [i] : []));
        expect(at[0]).toBeLessThan(images);
        at.slice(1).forEach((place, i) => expect(place - at[i]).toBeLessThanOrEqual(2 * images - 1));
      }
    }),
    { seed: 1 },
  );
});

it('goes on from its state, written as JSON, as if it had not stopped', () => {
  fc.assert(
    fc.property(cases, fc.nat(60), ({ images, size, switchEvery, seed }, stop) => {
      const source = random(seed);
      const whole = draw(60, fillBuffer(images, size, source), switchEvery, source).drawn;
      const again = random(seed);
      const before = draw(stop, fillBuffer(images, size, again), switchEvery, again);
      const saved = JSON.stringify({ buffer: before.last, random: again.state() });
      const { buffer, random: state } = JSON.parse(saved) as { buffer: ImageBuffer; random: number[] };
      const after = draw(60 - stop, buffer, switchEvery, randomFromState(state));
      expect([...before.drawn, ...after.drawn]).toEqual(whole);
    }),
    { seed: 1 },
  );
});

it('images that all fit stay, and each is drawn as often as another', () => {
  for (const size of [0, 5, 9]) {
    const source = random(4);
    const { drawn, last } = draw(5000, fillBuffer(5, size, source), 10, source);
    expect(last.members.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    expect(nextImage(last)).toBeNull();
    for (let image = 0; image < 5; image++)
      expect(Math.abs(drawn.filter((other) => other === image).length - 1000)).toBeLessThan(5 * Math.sqrt(1000));
  }
});

it('with a buffer, too, each image gives as many patches as another', () => {
  const source = random(4);
  const { drawn } = draw(12_000, fillBuffer(6, 2, source), 5, source); // 400 rounds
  for (let image = 0; image < 6; image++)
    expect(Math.abs(drawn.filter((other) => other === image).length - 2000)).toBeLessThan(6 * Math.sqrt(2000));
});
