/**
 * Metrics and baselines: only numbers on volumes. Portable; imports `volume` and `core`.
 */
export { baselines } from './baselines.ts';
export type { Baseline, BaselineField } from './baselines.ts';
export { normalizedL2, nrmse, pearson, r2 } from './metrics.ts';
export type { Weights } from './metrics.ts';
