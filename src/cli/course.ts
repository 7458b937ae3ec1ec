/** How a task has gone so far: how fast it goes now, how long it still takes, and the course of its loss. */
import type { Progress } from '../core/index.ts';

const PACE_OVER_MS = 30_000;
/** Moments are remembered no denser than that. */
const MOMENT_MS = 100;
const MOST_LOSSES = 1024;
const RECENT_LOSSES = 50;
/** To either side of a place on the curve, of the whole way. */
const SMOOTHED_OVER = 1 / 24;

export interface Course {
  add(progress: Progress, now: number): void;
  /** Something else is being done: what lies between the first and the last such moment is no time of this task. */
  pause(now: number): void;
  /** Units a second over the last half minute, pauses left out; null until two moments are known. */
  perSecond(): number | null;
  /** To the end, at the present pace, and with as many pauses as so far; null until there is a pace. */
  secondsLeft(now: number): number | null;
  /** The mean loss of the last fifty steps, since single batches differ much; null where there is none. */
  loss(): number | null;
  /** The losses so far at `cells` places, or as many as there are: running means over a twelfth of the way. */
  losses(cells: number): readonly number[];
}

export function followCourse(): Course {
  let newest: Progress | null = null;
  let moments: { now: number; done: number }[] = [];
  let began = 0;
  let heard = 0; // when `add` was called last
  let endedLast = 0; // when the newest unit was done
  let pause: { since: number; until: number } | null = null;
  let pausedMs = 0;
  let losses: number[] = [];
  let lossSpan = 1; // steps that one of `losses` is the mean of
  let gathered: number[] = [];
  const recent: number[] = [];

  const addLoss = (loss: number) => {
    recent.push(loss);
    if (recent.length > RECENT_LOSSES) recent.shift();
    gathered.push(loss);
    if (gathered.length < lossSpan) return;
    losses.push(mean(gathered));
    gathered = [];
    if (losses.length < MOST_LOSSES) return;
    losses = losses.flatMap((first, i) => (i % 2 === 0 ? [(first + losses[i + 1]) / 2] : []));
    lossSpan *= 2;
  };
  const perSecond = () => {
    const first = moments[0];
    const last = moments.at(-1);
    return first && last && last.now > first.now ? ((last.done - first.done) / (last.now - first.now)) * 1000 : null;
  };

  return {
    add(progress, now) {
      const isNews = progress.done !== newest?.done;
      if (newest === null) began = now;
      if (pause !== null) {
        const length = pause.until - pause.since;
        pausedMs += length;
        moments = moments.map((moment) => ({ ...moment, now: moment.now + length }));
        pause = null;
      }
      newest = progress;
      heard = now;
      if (!isNews) return;
      endedLast = now;
      const before = moments.at(-2);
      if (before && now - before.now < MOMENT_MS) moments.pop();
      moments.push({ now, done: progress.done });
      while (moments.length > 2 && now - moments[0].now > PACE_OVER_MS) moments.shift();
      if (progress.loss !== undefined) addLoss(progress.loss);
    },
    pause(now) {
      pause = { since: pause?.since ?? now, until: now };
    },
    perSecond,
    secondsLeft(now) {
      const pace = perSecond();
      if (newest === null || !pace) return null;
      const activeMs = heard - began - pausedMs;
      const withPauses = activeMs > 0 ? 1 + pausedMs / activeMs : 1;
      const sinceLast = ((pause?.since ?? now) - endedLast) / 1000;
      const left = newest.total - newest.done;
      return left <= 0 ? 0 : Math.max(0, (left / pace) * withPauses - Math.min(sinceLast, 1 / pace));
    },
    loss: () => (recent.length > 0 ? mean(recent) : null),
    losses(cells) {
      const places = Math.min(cells, losses.length);
      const reach = Math.max(losses.length / places / 2, losses.length * SMOOTHED_OVER);
      return Array.from({ length: places }, (_, place) => {
        const center = ((place + 0.5) / places) * losses.length;
        return mean(losses.slice(Math.max(0, Math.floor(center - reach)), Math.ceil(center + reach)));
      });
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
