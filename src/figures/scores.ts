/** The scores: the few that are read first, and the table of all, beside what simple methods reach on the same part. */
import { escapeHtml, formatScore } from './html.ts';
import type { ReportExample, Score } from './report-data.ts';

/** Pearson's r of each structure, large, beside the best of the baselines. */
export function keyScores({ structures }: ReportExample): string {
  const keys = structures.map(({ name, color, train, heldOut, baselines }) => {
    const best = baselines
      .filter(({ r }) => r !== null)
      .sort((a, b) => (b.r ?? 0) - (a.r ?? 0))
      .at(0);
    const beside = best ? `${escapeHtml(best.name)}: ${formatScore(best.r)}` : 'no baseline';
    return (
      `<div style="--c:${escapeHtml(color)}"><span class="name">${dot(color)}${escapeHtml(name)}</span>` +
      `<span><b>r ${formatScore((heldOut ?? train)?.r ?? null)}</b> <small>${beside}</small></span></div>`
    );
  });
  return `<div class="keys">${keys.join('')}</div>`;
}

export function scoreTable({ structures }: ReportExample): string {
  const groups = structures.map(({ name, color, train, heldOut, baselines }) => {
    const rows = [
      ...(heldOut ? [row('network, held-out part', heldOut, color, 'main')] : []),
      ...(train ? [row('network, training part', train, color, heldOut ? 'minor' : 'main')] : []),
      ...baselines.map((baseline) => row(baseline.name, baseline, '#8a8f98', 'minor')),
    ];
    const head = `<tr><th scope="rowgroup" colspan="5">${dot(color)}${escapeHtml(name)}</th></tr>`;
    return `<tbody>${head}${rows.join('')}</tbody>`;
  });
  return (
    '<table class="scores"><thead><tr><th>predicted by</th><th colspan="2">Pearson r <small>1 is perfect: long is good</small></th>' +
    `<th colspan="2">normalized L2 <small>0 is perfect: short is good</small></th></tr></thead>${groups.join('')}</table>`
  );
}

export function dot(color: string): string {
  return `<i class="dot" style="--c:${escapeHtml(color)}"></i>`;
}

function row(label: string, { r, normalizedL2 }: Score, color: string, rank: 'main' | 'minor'): string {
  const cells = [r, normalizedL2].map((value) => {
    const share = value === null || !Number.isFinite(value) ? 0 : Math.max(0, Math.min(1, value));
    return (
      `<td class="number">${formatScore(value)}</td>` +
      `<td class="bar"><i style="--w:${(100 * share).toFixed(1)}%;--c:${escapeHtml(color)}"></i></td>`
    );
  });
  return `<tr class="${rank}"><td>${escapeHtml(label)}</td>${cells.join('')}</tr>`;
}
