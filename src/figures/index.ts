/**
 * Pictures and pages from images, numbers and runs: the report.
 * Portable; imports `codec` and `core`.
 */
export { severityOf } from './check-data.ts';
export type { CheckedSample, CheckPageData, DrawnImage, Shift, ShownFinding, ShownPicture } from './check-data.ts';
export { renderCheckPage } from './check-page.ts';
export { checkPictures } from './check-pictures.ts';
export type { Lie, PicturedTarget } from './check-pictures.ts';
export { renderReport } from './page.ts';
export { triptychPng } from './panels.ts';
export { previewPng } from './preview.ts';
export type { Preview, PreviewSample } from './preview.ts';
export { previewHistory } from './preview-history.ts';
export type { Fact, Planes, PreviewPicture, ReportData, ReportExample, ReportStructure, Score } from './report-data.ts';
