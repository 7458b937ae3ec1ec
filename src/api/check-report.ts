/** What a check came to, as the page shows it: names without the folders of whoever sends it, numbers as people read them. */
import type { Finding, Sample } from '../dataset/index.ts';
import { renderCheckPage, type CheckedSample as PageSample, type Fact, type ShownFinding } from '../figures/index.ts';
import type { CheckedSample } from './checked-sample.ts';
import type { CheckRequest } from './check-request.ts';
import type { World } from './world.ts';

/** The page's HTML. `findings` are those of the samples and those between them. */
export function checkPage(
  { machine, date }: Pick<World, 'machine' | 'date'>,
  { data, signal }: CheckRequest,
  checked: readonly CheckedSample[],
  findings: readonly Finding[],
): Promise<string> {
  const found = new Map<string, Finding[]>();
  for (const finding of findings)
    for (const id of finding.samples) {
      const others = found.get(id);
      if (others) others.push(finding);
      else found.set(id, [finding]);
    }
  const facts: Fact[] = [
    { name: 'program', value: `unstained ${machine.version}` },
    { name: 'made', value: date() },
  ];
  const samples = checked.map((one) => pageSample(one, found.get(one.sample.id) ?? []));
  return renderCheckPage({ title: data.map(withoutFolder).join(', ') || withoutFolder(signal ?? ''), samples, facts });
}

function pageSample(checked: CheckedSample, findings: readonly Finding[]): PageSample {
  const { sample, facts, part, voxelSize, plane, pictures } = checked;
  const files = filesOf(sample);
  return {
    id: sample.id,
    place: sample.place && withoutFolder(sample.place),
    files: files.map(({ name, value }) => ({ name, value: withoutFolder(value) })),
    findings: findings.map((finding) => shownFinding(finding, [...files.map(({ value }) => value), finding.file])),
    part,
    shift: facts?.shift ?? null,
    voxelSize,
    zProfile: facts?.zProfile ?? { signal: [], target: [] },
    plane,
    pictures,
  };
}

function filesOf({ signal, targets, weight, mask }: Sample): Fact[] {
  return [
    { name: 'signal', value: signal },
    ...targets.map(({ name, path }) => ({ name, value: path })),
    ...(weight === null ? [] : [{ name: 'weight', value: weight }]),
    ...(mask === null ? [] : [{ name: 'mask', value: mask }]),
  ];
}

function shownFinding(
  { kind, severity, what, remedy, measured = {} }: Finding,
  files: readonly string[],
): ShownFinding {
  return {
    kind: wordsOf(kind),
    severity,
    what: withoutFolders(what, files),
    remedy: withoutFolders(remedy, files),
    measured: Object.entries(measured).map(([name, value]) => ({ name, value: valueText(value) })),
  };
}

/** `blank-plane` as `blank plane`. */
function wordsOf(kind: string): string {
  return kind.replaceAll('-', ' ');
}

function valueText(value: number | string | null): string {
  if (typeof value !== 'number') return value ?? 'unknown';
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(3))).replace('-', '−');
}

/** A page that is sent to others does not tell the sender's folders. */
function withoutFolder(path: string): string {
  const [, file, selected] = /^(.*?)(#\w+=.*)?$/s.exec(path) ?? ['', path, ''];
  return file.replace(/^.*[/\\]/s, '') + (selected ?? '');
}

/** What stands in these files' folders is called by its name, a folder itself by its last one. */
function withoutFolders(text: string, files: readonly string[]): string {
  const folders = new Set(files.flatMap((file) => /^(.+)[/\\]/s.exec(file.replace(/#\w+=.*$/s, ''))?.[1] ?? []));
  return [...folders]
    .sort((a, b) => b.length - a.length) // one may begin another
    .reduce((cut, folder) => {
      const name = folder.replace(/^.*[/\\]/s, '');
      const path = new RegExp(
        `(?<![^\\s"'(=])${folder.replace(/[^\w\s]/g, '\\$&')}(?:([/\\\\])|(?![^\\s.,:;"')]))`,
        'g',
      );
      return cut.replace(path, (_, slash: string | undefined) => (slash === undefined ? name : ''));
    }, text);
}
