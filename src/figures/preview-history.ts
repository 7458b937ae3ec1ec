/** The previews of a training as a part of a page, with a slider through them. */
import { pngDataUri } from './color.ts';
import { escapeHtml, formatScore } from './html.ts';
import type { PreviewPicture } from './report-data.ts';

/** More would make the page heavy, and none of them would look new. */
const MOST_PICTURES = 24;

/** A section in HTML that shows the last of the previews first; '' without previews. Of very many, some in equal distance. */
export function previewHistory(previews: readonly PreviewPicture[]): string {
  if (previews.length === 0) return '';
  const shown = someOf(previews.toSorted((a, b) => a.step - b.step));
  const names = shown.map(({ step, r }) => `step ${step}, r ${formatScore(r)}`);
  const last = shown.length - 1;
  const images = shown.map(
    ({ png }, i) =>
      `<img data-plane="${i}" alt="previews at ${names[i]}" src="${pngDataUri(png)}"${i === last ? '' : ' hidden'}>`,
  );
  return `<section>
<h2>Previews over time</h2>
<p>Patches that training never saw, at each validation, drawn alike: what changes from one to the next was learned in between.
${shown.length < previews.length ? `Shown are ${shown.length} of ${previews.length}.` : ''}</p>
<div class="planes"><label><output>${escapeHtml(names[last])}</output></label>
<input type="range" min="0" max="${last}" value="${last}" aria-label="validation" data-names="${escapeHtml(JSON.stringify(names))}"></div>
<div class="coarse">${images.join('')}</div>
</section>`;
}

/** The first, the last, and others in equal distance. */
function someOf(previews: readonly PreviewPicture[]): readonly PreviewPicture[] {
  if (previews.length <= MOST_PICTURES) return previews;
  const step = (previews.length - 1) / (MOST_PICTURES - 1);
  return Array.from({ length: MOST_PICTURES }, (_, i) => previews[Math.round(i * step)]);
}
