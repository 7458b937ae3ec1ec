/** One training of a study: as many steps as fit the time that all variants get, by a speed measured before. */
import { quietRunner } from './quiet.ts';
import { addRun, addSpeed, equalSettings, readResults, THREADS, type Run } from './training-results.ts';
import { asOptions, median, runTraining, stepSeconds, type Pair, type Settings } from './trainings.ts';

export interface Planned {
  readonly study: Run['study'];
  readonly variant: string;
  readonly pair: Pair;
  /** With the preset, where it is not the default, under the name `preset`. */
  readonly settings: Settings;
  /** Settings that are a part of the steps: a warm-up. */
  readonly bySteps?: (steps: number) => Settings;
}

/** Saving and measuring take time of their own, which depends on no setting of a study. */
const WITHOUT_PAUSES: Settings = { 'checkpoint.every': '1000000', 'validate.every': '0' };
const PROBE_SECONDS = 15;
const quietly = quietRunner(note);

/** Trains, unless docs/training.json has it already. */
export function trainOnce(planned: Planned, seed: number, budgetSeconds: number): void {
  const { study, variant, pair, settings, bySteps } = planned;
  const steps = Math.max(2, Math.round(budgetSeconds / secondsOfStep(planned)));
  const all = { ...settings, ...bySteps?.(steps) };
  const name = `${pair.name}, ${variant}, seed ${seed}`;
  const isDone = readResults().runs.some(
    (run) =>
      run.study === study &&
      run.variant === variant &&
      run.pair === pair.name &&
      run.seed === seed &&
      run.budgetSeconds === budgetSeconds &&
      run.threads === THREADS &&
      equalSettings(run.settings, all),
  );
  if (isDone) return note(`${name}: measured before`);
  const trained = runTraining({ options: optionsOf(pair, { ...all, steps: String(steps), seed: String(seed) }) });
  if (!trained.result) throw new Error(`${name} was stopped`);
  const heldOut = trained.result.heldOut.map(({ name, r }) => ({ name, r: r ?? 0 })); // null: of a constant prediction
  const taken = stepSeconds(trained).reduce((a, b) => a + b) / stepSeconds(trained).length;
  addRun({
    study,
    variant,
    pair: pair.name,
    seed,
    budgetSeconds,
    steps,
    stepSeconds: rounded(taken),
    heldOut,
    settings: all,
  });
  note(
    `${name}: ${steps} steps of ${taken.toPrecision(3)} s, ${heldOut.map(({ name, r }) => `${name} ${r.toFixed(3)}`).join(', ')}`,
  );
}

/** What a step's time depends on; patches are drawn meanwhile. Variants that agree in it make the same number of steps. */
const COSTS = /^(preset|network\..*|patch|batch|loss|average|optimizer\.clip)$/;

/** The median step of a run of a quarter of a minute, measured once. */
function secondsOfStep({ variant, pair, settings }: Planned): number {
  const costs = Object.fromEntries(Object.entries(settings).filter(([key]) => COSTS.test(key)));
  const known = readResults().speeds.find(
    (speed) => speed.pair === pair.name && speed.threads === THREADS && equalSettings(speed.settings, costs),
  );
  if (known) return known.stepSeconds;
  const options = optionsOf(pair, { ...costs, steps: '100000' });
  const probe = quietly(() => runTraining({ options, stopAfterSeconds: PROBE_SECONDS }));
  const seconds = rounded(median(stepSeconds(probe)));
  addSpeed({ pair: pair.name, stepSeconds: seconds, settings: costs });
  note(`${pair.name}, ${variant}: ${seconds} s a step`);
  return seconds;
}

function optionsOf(pair: Pair, { preset, ...settings }: Settings): string[] {
  const own = asOptions({ ...pair.settings, ...WITHOUT_PAUSES, ...settings });
  return [...(preset === undefined ? [] : ['--preset', preset]), ...pair.images, ...own, '--quiet'];
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function note(line: string): void {
  console.error(line);
}
