/**
 * Pictures and pages from images, numbers and runs: the report.
 * Portable; imports `codec` and `core`.
 */
export { renderReport } from './page.ts';
export { triptychPng } from './panels.ts';
export type { Fact, Planes, ReportData, ReportExample, ReportStructure, Score } from './report-data.ts';
