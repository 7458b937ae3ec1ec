/** One sample on the page of a data check: what was found beside what there is to see. */
import { severityOf, type CheckedSample, type ShownFinding, type ShownPicture } from './check-data.ts';
import { escapeHtml } from './html.ts';
import { shiftDrawing } from './shift-drawing.ts';
import { zProfileChart } from './z-profile.ts';

export const VERDICTS = { spoils: 'would spoil training', note: 'worth a look', good: 'good' } as const;

/** `number` is the sample's place in the manifest, which links point to. */
export function checkCard(sample: CheckedSample, number: number): string {
  const { id, place, files, findings, part } = sample;
  const severity = severityOf(sample) ?? 'good';
  const where = [place, part].filter((text) => text !== null).map(escapeHtml);
  const names = files.map(({ name, value }) => `<span><i>${escapeHtml(name)}</i> ${escapeHtml(value)}</span>`);
  return `<article id="s${number}" class="sample ${severity}">
<header><h3>${escapeHtml(id)}</h3><b class="verdict">${VERDICTS[severity]}</b>${where.length > 0 ? `<small>${where.join(' · ')}</small>` : ''}</header>
<div class="files">${names.join('')}</div>
<div class="body">${findings.length > 0 ? `<ul class="findings">${findings.map(findingItem).join('')}</ul>` : ''}${cells(sample)}</div>
</article>`;
}

function findingItem({ kind, severity, what, remedy, measured }: ShownFinding): string {
  const numbers = measured.map(({ name, value }) => `<span>${escapeHtml(name)} <b>${escapeHtml(value)}</b></span>`);
  return (
    `<li class="${severity}"><b class="kind">${escapeHtml(kind)}</b><p>${escapeHtml(what)}</p>` +
    `<p class="remedy">${escapeHtml(remedy)}</p>` +
    `${numbers.length > 0 ? `<div class="measured">${numbers.join('')}</div>` : ''}</li>`
  );
}

function cells(sample: CheckedSample): string {
  const { pictures, shift, findings, zProfile } = sample;
  const profile = zProfileChart(sample);
  const isShifted = findings.some(({ kind }) => kind === 'shift');
  const all = pictures.map(pictureCell);
  if (profile)
    all.push(
      cell(
        profile,
        'sharpness of planes',
        `<span><i class="signal"></i>signal${zProfile.target.length > 1 ? ' <i class="target"></i>target' : ''}</span>`,
      ),
    );
  if (shift)
    all.push(
      cell(
        shiftDrawing(shift, isShifted),
        'shift of the target',
        `in voxels; confidence ${shift.confidence.toFixed(2)}`,
      ),
    );
  return all.length > 0 ? `<div class="cells">${all.join('')}</div>` : '';
}

function pictureCell({ title, hint, image, side }: ShownPicture): string {
  const shown = [image, ...(side ? [side] : [])].map(({ src, width, height }, i) => {
    const text = escapeHtml(i === 0 ? title : `${title}, from the side`);
    return `<img src="${src}" width="${width}" height="${height}" alt="${text}">`;
  });
  return cell(`<div class="frame" tabindex="0">${shown.join('')}</div>`, escapeHtml(title), escapeHtml(hint));
}

/** All three are HTML. */
function cell(content: string, title: string, hint: string): string {
  return `<figure>${content}<figcaption><b>${title}</b> ${hint}</figcaption></figure>`;
}
