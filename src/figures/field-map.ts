/** A small map of the field: which columns trained, which were kept apart, which were measured. An SVG string. */
import type { ReportExample } from './report-data.ts';

export function fieldMap({ split: { width, train, margin, heldOut } }: ReportExample): string {
  if (heldOut === 0) return '';
  const percent = (columns: number) => (columns / width) * 100;
  const [a, b, c] = [percent(train), percent(margin), percent(heldOut)];
  const label = (x: number, text: string) => `<text x="${x.toFixed(1)}%" y="44" text-anchor="middle">${text}</text>`;
  return (
    '<svg class="map" role="img" aria-label="The field: training part, margin, held-out part" height="50" width="100%">' +
    `<rect x="0" y="0" width="${a}%" height="28" class="train"/><rect x="${a}%" y="0" width="${b}%" height="28" class="margin"/>` +
    `<rect x="${a + b}%" y="0" width="${c}%" height="28" class="held"/>` +
    label(a / 2, `trained: ${train} columns`) +
    label(a + b / 2, `margin: ${margin}`) +
    label(a + b + c / 2, `held out: ${heldOut}`) +
    '</svg>'
  );
}
