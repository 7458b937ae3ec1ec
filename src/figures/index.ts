/**
 * Pictures and pages from images, numbers and runs: the report.
 * Portable; imports `codec` and `core`.
 */
export { pngOf } from './color.ts';
export { renderReport } from './page.ts';
export { triptych } from './panels.ts';
export type { Fact, Planes, ReportData, ReportExample, ReportStructure, Score } from './report-data.ts';
