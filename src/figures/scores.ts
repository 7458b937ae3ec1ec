/** The table of scores: what the network reaches, beside what simple methods reach on the same part. */
import { escapeHtml, formatScore } from './html.ts';
import type { ReportExample, Score } from './report-data.ts';

export function scoreTable({ structures }: ReportExample): string {
  const rows = structures.flatMap(({ name, color, train, heldOut, baselines }) => {
    const lines = [
      ...(heldOut ? [row('held out', heldOut, color, 'main')] : []),
      row(heldOut ? 'on what it was trained on' : 'on its training images', train, color, heldOut ? 'minor' : 'main'),
      ...baselines.map((baseline) => row(baseline.name, baseline, '#8a8f98', 'minor')),
    ];
    const head = `<th scope="rowgroup" rowspan="${lines.length}"><span class="dot" style="--c:${escapeHtml(color)}"></span>${escapeHtml(name)}</th>`;
    return [`<tbody>${lines.map((cells, i) => `<tr>${i === 0 ? head : ''}${cells}</tr>`).join('')}</tbody>`];
  });
  return (
    '<table class="scores"><thead><tr><th>structure</th><th>predicted by</th><th colspan="2">Pearson r <small>1 is perfect</small></th>' +
    `<th colspan="2">normalized L2 <small>0 is perfect, blank is 1</small></th></tr></thead>${rows.join('')}</table>`
  );
}

function row(name: string, { r, normalizedL2 }: Score, color: string, weight: 'main' | 'minor'): string {
  const label = weight === 'main' || name.startsWith('on ') ? `the network, ${name}` : name;
  const bar = (value: number | null) => {
    const share = value === null || !Number.isFinite(value) ? 0 : Math.max(0, Math.min(1, value));
    return `<td class="bar"><i style="--w:${(100 * share).toFixed(1)}%;--c:${escapeHtml(color)}"></i></td>`;
  };
  return (
    `<td class="${weight}">${escapeHtml(label)}</td>` +
    `<td class="number ${weight}">${formatScore(r)}</td>${bar(r)}<td class="number ${weight}">${formatScore(normalizedL2)}</td>${bar(normalizedL2)}`
  );
}
