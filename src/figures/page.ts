/** The report: one HTML page that needs nothing else, and may load nothing. */
import { contentPolicy } from './content-policy.ts';
import { fieldMap } from './field-map.ts';
import { escapeHtml } from './html.ts';
import { lossChart } from './loss-chart.ts';
import { hero, structurePanels } from './panels.ts';
import { previewHistory } from './preview-history.ts';
import { middleOf, type Fact, type ReportData, type ReportExample } from './report-data.ts';
import { dot, keyScores, scoreTable } from './scores.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** The page. Its policy lets its own style and script run, by their hashes, and nothing else, from nowhere. */
export async function renderReport(data: ReportData): Promise<string> {
  const policy = await contentPolicy(STYLE, SCRIPT);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(data.title)} · Unstained</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(data.title)}</h1>
<p class="lead">Fluorescence predicted from transmitted light alone, beside the fluorescence that was really there.</p>
</header>
${data.examples.map(section).join('\n')}
${previewHistory(data.previews)}
<footer>
<h3>How to read it</h3>
<p><b>Pearson r</b> tells how well the pattern is met, whatever its brightness: 1 is the same picture, 0 has nothing to do with it.
<b>Normalized L2</b> is the squared error as a share of the image itself: 0 is exact, 1 is what an empty image would score.
Both are taken over all voxels of the part named, under the weight map where there is one.</p>
<p>The <b>blank image</b>, the <b>z profile</b> (each plane's mean brightness in the training part) and the <b>best linear filter</b> of a
voxel's neighborhood say how much comes for free. What a network adds to them it has learned.</p>
<h3>What was run</h3>
${facts(data.facts)}
<p>Method: Ounkomol et al., Label-free prediction of three-dimensional fluorescence images from transmitted-light microscopy,
Nature Methods 15, 917 (2018). This page is one file: it loads nothing and sends nothing.</p>
</footer>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function section(example: ReportExample): string {
  const { title, about, credit, structures, planeNames, isHeldOut } = example;
  const seen = isHeldOut
    ? 'Shown is a piece of the part that training never saw; the numbers are of all of that part.'
    : 'Training saw what is shown here.';
  return `<section>
<h2>${escapeHtml(title)}</h2>
<p>${escapeHtml(about)} ${seen}</p>
${keyScores(example)}
${hero(example)}
${planeSlider(planeNames)}
${credit ? `<p class="credit">${escapeHtml(credit)}</p>` : ''}
${structures.map((structure) => `<h3>${dot(structure.color)}${escapeHtml(structure.name)}</h3>\n${structurePanels(example, structure)}`).join('\n')}
<p class="credit">Prediction and truth share one scale. Error: blue is too little, red too much. Numbers beside colors are standard deviations of the truth.</p>
<h3>How good it is</h3>
${scoreTable(example)}
<div class="pair"><div>
<h3>The loss, step by step</h3>
${lossChart(example.losses)}
</div><div>
<h3>The field</h3>
${fieldMap(example)}
${facts(example.facts)}
</div></div>
</section>`;
}

function planeSlider(names: readonly string[]): string {
  if (names.length < 2) return '';
  const middle = middleOf(names);
  return (
    `<div class="planes"><label>plane <output>${escapeHtml(names[middle])}</output></label>` +
    `<input type="range" min="0" max="${names.length - 1}" value="${middle}" aria-label="plane" data-names="${escapeHtml(JSON.stringify(names))}"></div>`
  );
}

function facts(list: readonly Fact[]): string {
  return `<dl>${list.map(({ name, value }) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`;
}
