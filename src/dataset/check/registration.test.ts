import { describe, expect, it } from 'vitest';
import { makeField, mirror } from './testing/fields.ts';
import { register } from './registration.ts';

const PLANE = { z: 1, y: 128, x: 160 };

describe('a target of one plane, on light from one side', () => {
  const { signal, target } = makeField(1, PLANE, 60);

  it('lies where it is, though bright and dark sides of a cell are beside it', () => {
    const found = register(signal, target);
    expect(found).toMatchObject({ mirror: { z: false, y: false, x: false } });
    expect(found?.ratio).toBeGreaterThan(3);
    expect(Math.hypot(found?.shift.y ?? 9, found?.shift.x ?? 9)).toBeLessThan(1.5);
  });

  it.each([
    { y: 7, x: 0 },
    { y: -4, x: 11 },
  ])('is found y $y, x $x voxels off', ({ y, x }) => {
    const moved = makeField(1, PLANE, 60, { z: 0, y, x });
    const found = register(moved.signal, moved.target);
    expect(found?.ratio).toBeGreaterThan(3);
    expect(Math.abs((found?.shift.y ?? 0) - y)).toBeLessThan(1.5);
    expect(Math.abs((found?.shift.x ?? 0) - x)).toBeLessThan(1.5);
  });

  it.each(['y', 'x'] as const)('is found mirrored along %s', (axis) => {
    const found = register(signal, mirror(target, axis));
    expect(found?.mirror).toEqual({ z: false, y: axis === 'y', x: axis === 'x' });
    expect(found?.ratio).toBeGreaterThan(3);
  });

  it('of another field is found nowhere', () => {
    expect(register(signal, makeField(2, PLANE, 60).target)?.ratio).toBeLessThan(1.4);
  });

  it('that is constant is not registered', () => {
    expect(register(signal, { ...target, data: new Float32Array(target.data.length) })).toBeNull();
  });
});

describe('a stack', () => {
  const size = { z: 32, y: 64, x: 64 };

  it('is found z, y, x voxels off', () => {
    // Cells have radii of 2 to 4 voxels, and light from one side: the middle is no more exact.
    const { signal, target } = makeField(3, size, 60, { z: -4, y: 3, x: 5 });
    const found = register(signal, target);
    expect(found?.ratio).toBeGreaterThan(2);
    expect(Math.abs((found?.shift.z ?? 0) + 4)).toBeLessThan(3);
    expect(Math.abs((found?.shift.y ?? 0) - 3)).toBeLessThan(3);
    expect(Math.abs((found?.shift.x ?? 0) - 5)).toBeLessThan(3);
  });

  it('is found mirrored along z', () => {
    const { signal, target } = makeField(3, size, 60);
    expect(register(signal, mirror(target, 'z'))?.mirror).toEqual({ z: true, y: false, x: false });
  });
});
