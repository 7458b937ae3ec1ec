/**
 * Pictures and pages from images, numbers and runs: the report.
 * Portable; imports `codec` and `core`.
 */
export { renderReport } from './page.ts';
export { triptychPng } from './panels.ts';
export { previewPng } from './preview.ts';
export type { Preview, PreviewSample } from './preview.ts';
export { previewHistory } from './preview-history.ts';
export type { PreviewPicture } from './preview-history.ts';
export type { Fact, Planes, ReportData, ReportExample, ReportStructure, Score } from './report-data.ts';
