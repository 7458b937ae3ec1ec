/** The page of a data check: the verdict, what was found of each kind, and a card a sample, the bad ones first. */
import { checkCard, VERDICTS } from './check-card.ts';
import { severityOf, type CheckedSample, type CheckPageData } from './check-data.ts';
import { CHECK_STYLE } from './check-style.ts';
import { contentPolicy } from './content-policy.ts';
import { escapeHtml } from './html.ts';
import { STYLE } from './style.ts';

type Rank = keyof typeof VERDICTS;

/** A sample, and its place in the manifest. */
interface Placed {
  readonly sample: CheckedSample;
  readonly number: number;
}

const HEADINGS: Readonly<Record<Rank, string>> = {
  spoils: 'Would spoil training',
  note: 'Worth a look',
  good: 'Good',
};

/** The page. It is one file, loads nothing and runs no script. */
export async function renderCheckPage({ title, samples, facts }: CheckPageData): Promise<string> {
  const style = STYLE + CHECK_STYLE;
  const placed = samples.map((sample, i) => ({ sample, number: i + 1 }));
  const ranks = (['spoils', 'note', 'good'] as const).map((rank) => ({
    rank,
    members: placed.filter(({ sample }) => (severityOf(sample) ?? 'good') === rank),
  }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${await contentPolicy(style, null)}">
<title>${escapeHtml(title)}: data check · Unstained</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="lead">Data check</p>
<h1>${escapeHtml(title)}</h1>
</header>
${verdict(ranks)}
${overview(placed)}
${kindTable(placed)}
${ranks.map((ranked) => section(ranked, samples.length > 1)).join('\n')}
<footer>
<h3>How to read it</h3>
<p>The <b>signal</b> is the transmitted light in gray, the <b>target</b> the fluorescence; where it is laid over the signal it is
<b class="target-ink">green</b>, on each picture's own scale from dark to bright. Green must lie on the structures that it stains. The
<b>side view</b> below it is a cut along z, the first plane on top. <b>Sharpness</b> peaks where a stack is in focus: signal and target should
peak at the same depth. The <b>shift</b> is how far the first target lies from where the signal has the same structures, seen from above; up to about 3 voxels are within what
light from one side makes of edges, and a confidence near 0 means that the two have too little in common to tell. Click on a picture to enlarge it.</p>
<dl>${facts.map(({ name, value }) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>
<p>This page is one file: it loads nothing and sends nothing.</p>
</footer>
</main>
</body>
</html>
`;
}

interface Ranked {
  readonly rank: Rank;
  readonly members: readonly Placed[];
}

function verdict([{ members: spoiled }, { members: noted }, { members: good }]: readonly Ranked[]): string {
  const total = spoiled.length + noted.length + good.length;
  const rank: Rank = spoiled.length > 0 ? 'spoils' : noted.length > 0 ? 'note' : 'good';
  const all = total === 1 ? 'The sample' : `All ${total} samples`;
  const say = {
    spoils: `${total === 1 ? 'The sample' : `${spoiled.length} of ${total} samples`} would spoil training`,
    note: `${all} can be trained on; ${noted.length === total && total > 1 ? 'all are' : `${noted.length} ${noted.length === 1 ? 'is' : 'are'}`} worth a look`,
    good: `${all} can be trained on`,
  }[rank];
  const counts = [
    [spoiled.length, 'bad'],
    [noted.length, 'worth a look'],
    [good.length, 'good'],
  ].flatMap(([count, word]) => (count === 0 ? [] : `${count} ${word}`));
  return `<div class="banner ${rank}"><b>${say}</b>${total > 1 ? `<span>${counts.join(' · ')}</span>` : ''}</div>`;
}

const MOST_SQUARES = 5000;

/** A square a sample, in the order of the manifest: where in it the bad ones are. */
function overview(placed: readonly Placed[]): string {
  if (placed.length < 2 || placed.length > MOST_SQUARES) return '';
  const squares = placed.map(({ sample, number }) => {
    const rank = severityOf(sample) ?? 'good';
    const name = escapeHtml(`${sample.id}: ${VERDICTS[rank]}`);
    return `<a href="#s${number}" class="${rank}" title="${name}" aria-label="${name}"></a>`;
  });
  return `<nav class="squares" aria-label="All samples, in the order of the manifest">${squares.join('')}</nav>`;
}

const MOST_LINKS = 12;

/** What was found how often, the worst first. */
function kindTable(placed: readonly Placed[]): string {
  const kinds = new Map<string, { severity: 'spoils' | 'note'; where: Set<Placed> }>();
  for (const place of placed)
    for (const { kind, severity } of place.sample.findings) {
      const key = `${severity} ${kind}`;
      const entry = kinds.get(key) ?? { severity, where: new Set() };
      entry.where.add(place);
      kinds.set(key, entry);
    }
  if (kinds.size === 0) return '';
  const rows = [...kinds]
    .sort(([, a], [, b]) => rankOf(a.severity) - rankOf(b.severity) || b.where.size - a.where.size)
    .map(([key, { severity, where }]) => {
      const links = [...where]
        .slice(0, MOST_LINKS)
        .map(({ sample, number }) => `<a href="#s${number}">${escapeHtml(sample.id)}</a>`);
      const rest = where.size > MOST_LINKS ? ` and ${where.size - MOST_LINKS} more` : '';
      return (
        `<tr class="${severity}"><td><b class="kind">${escapeHtml(key.slice(severity.length + 1))}</b></td>` +
        `<td class="number">${where.size}</td><td>${links.join(', ')}${rest}</td></tr>`
      );
    });
  return `<table class="kinds"><thead><tr><th>what was found</th><th class="number">samples</th><th>which</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function rankOf(severity: 'spoils' | 'note'): number {
  return severity === 'spoils' ? 0 : 1;
}

/** A card each; of good samples that there are no pictures of, the names alone. */
function section({ rank, members }: Ranked, isOneOfMany: boolean): string {
  if (members.length === 0) return '';
  const isCard = ({ sample }: Placed) => sample.findings.length + sample.pictures.length > 0;
  const cards = members.filter(isCard).map(({ sample, number }) => checkCard(sample, number));
  const names = members
    .filter((member) => !isCard(member))
    .map(({ sample, number }) => `<span id="s${number}">${escapeHtml(sample.id)}</span>`);
  return `<section class="${isOneOfMany ? '' : 'alone'}">
${isOneOfMany ? `<h2>${HEADINGS[rank]} <small>${members.length}</small></h2>` : ''}
${cards.join('\n')}
${names.length > 0 ? `<p class="names">Without pictures, to keep the page small: ${names.join(', ')}.</p>` : ''}
</section>`;
}
