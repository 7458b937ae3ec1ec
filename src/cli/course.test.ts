import { describe, expect, it } from 'vitest';
import { followCourse, type Course } from './course.ts';

const step = (course: Course, done: number, now: number, loss?: number) =>
  course.add({ task: 'training', done, total: 1000, unit: 'steps', loss }, now);

describe('how long it takes', () => {
  it('goes by the last half minute, and by what was done since it was first heard of', () => {
    const course = followCourse();
    step(course, 500, 0); // a run that goes on
    expect([course.perSecond(), course.secondsLeft(0)]).toEqual([null, null]);
    for (let i = 1; i <= 100; i++) step(course, 500 + i, i * 100);
    for (let i = 1; i <= 100; i++) step(course, 600 + i, 10_000 + i * 1000);
    expect(course.perSecond()).toBeCloseTo(1, 10);
    expect(course.secondsLeft(110_000)).toBeCloseTo(300, 10);
  });
  it('counts down while a step computes, but not below where its end will set it', () => {
    const course = followCourse();
    step(course, 0, 0);
    step(course, 1, 8000);
    expect([8000, 12_000, 16_000, 60_000].map((now) => course.secondsLeft(now))).toEqual([7992, 7988, 7984, 7984]);
  });
  it('leaves pauses out of the pace, and foresees as many more', () => {
    const course = followCourse();
    for (let i = 0; i <= 10; i++) step(course, i * 10, i * 1000);
    for (let now = 10_000; now <= 20_000; now += 1000) course.pause(now); // as long as all steps before it
    step(course, 110, 21_000);
    expect(course.perSecond()).toBeCloseTo(10, 10);
    expect(course.secondsLeft(21_000)).toBeCloseTo(89 * (21 / 11), 10);
  });
});

describe('losses', () => {
  it('are each shown while there are cells for them', () => {
    const course = followCourse();
    for (let i = 1; i <= 5; i++) step(course, i, i, i * i);
    step(course, 5, 6, 25); // told again: no new one
    expect(course.losses(5)).toEqual([1, 4, 9, 16, 25]);
    expect(course.losses(2)).toEqual([14 / 3, 50 / 3]); // the middle one is half of either
    expect(course.loss()).toBe(11);
  });
  it('of a long training fill the cells, each a mean about its place', () => {
    const course = followCourse();
    for (let i = 1; i <= 50_000; i++) step(course, i, i, i);
    const shown = course.losses(100);
    expect(shown).toHaveLength(100);
    shown.slice(5, -5).forEach((loss, i) => expect(Math.abs(loss - (i + 5.5) * 500)).toBeLessThan(250)); // half a cell
    expect(course.loss()).toBe(50_000 - 24.5);
  });
  it('that differ much from step to step are shown as a curve that falls', () => {
    const course = followCourse();
    for (let i = 0; i < 600; i++) step(course, i + 1, i, ((i * 7) % 11) + 40 * Math.exp(-i / 150));
    const shown = course.losses(60).slice(0, 50);
    expect(shown).toEqual(shown.toSorted((a, b) => b - a));
  });
});
