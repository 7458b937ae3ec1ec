/** A small map of the field: which columns trained, which were kept apart, which were measured. HTML with an SVG. */
import type { ReportExample } from './report-data.ts';

export function fieldMap({ split: { width, train, margin, heldOut } }: ReportExample): string {
  if (heldOut === 0) return '<p>All of it was trained on.</p>';
  const parts = [
    { kind: 'train', from: 0, columns: train, label: `trained on ${train} columns` },
    { kind: 'margin', from: train, columns: margin, label: `margin of ${margin}` },
    { kind: 'held', from: train + margin, columns: heldOut, label: `held out ${heldOut}` },
  ];
  const stripes = parts.map(
    ({ kind, from, columns }) => `<rect x="${from}" y="0" width="${columns}" height="1" class="${kind}"/>`,
  );
  return (
    `<figure class="map"><svg viewBox="0 0 ${width} 1" preserveAspectRatio="none" role="img" aria-label="The field: training part, margin, held-out part">${stripes.join('')}</svg>` +
    `<figcaption>${parts.map(({ kind, label }) => `<span><i class="${kind}"></i>${label}</span>`).join('')}</figcaption></figure>`
  );
}
