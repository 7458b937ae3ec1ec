/** A sample's files, opened: each image that is selected, and the channels beside the targets that were not. */
import { isUnstainedError } from '../core/index.ts';
import type { Finding, Sample } from '../dataset/index.ts';
import { openImage, parseImagePath, partOf, selectedPart, selectImage, type ImageSource } from '../io/index.ts';
import type { ReadSettings } from './read-images.ts';
import type { World } from './world.ts';

export interface OpenedImage {
  /** `other`: a channel of a target's file that is neither signal nor target. */
  readonly role: 'signal' | 'target' | 'weight' | 'mask' | 'other';
  /** Of a target: the structure. */
  readonly name: string | null;
  /** As the user wrote it. */
  readonly file: string;
  /** What is selected, unread; all times where none is. */
  readonly source: ImageSource;
}

export interface OpenedSample {
  readonly images: readonly OpenedImage[];
  /** What is wrong before anything is read: files that cannot be opened, one channel as signal and target. */
  readonly findings: readonly Finding[];
  close(): Promise<void>;
}

/** More channels of a file than these are not tried as a better target. */
const MOST_OTHERS = 6;

/** Opens all of them. What is wrong with a file is a finding; what must stop the check is thrown. */
export async function openSample(world: World, sample: Sample, settings: ReadSettings): Promise<OpenedSample> {
  const files: { close(): Promise<void> }[] = [];
  const images: OpenedImage[] = [];
  const findings: Finding[] = [];
  const owners = new Map<string, OpenedImage>(); // of the channels of files
  const beside = new Map<string, OpenedImage>(); // the channels that targets could have been
  const close = async () => {
    for (const file of files) await file.close();
  };
  try {
    for (const wanted of wantedOf(sample)) {
      settings.signal?.throwIfAborted();
      await open(wanted).catch((error: unknown) => findings.push(unreadable(error, sample.id, wanted.file)));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const others = [...beside].flatMap(([key, image]) => (owners.has(key) ? [] : [image]));
  return { images: [...images, ...others.slice(0, MOST_OTHERS)], findings, close };

  async function open(wanted: Omit<OpenedImage, 'source'>): Promise<void> {
    const { role, file: text } = wanted;
    const { path, selection } = parseImagePath(text);
    const { axes, signal, onNote } = settings;
    const file = await openImage(world.files, path, { axes, converter: world.converter, signal, onNote });
    files.push(file);
    const scene = selectImage(file.images, selection);
    for (const note of scene.notes) onNote?.(`${text}: ${note}`);
    const time = selection.time ?? (scene.times > 1 ? sample.time : null);
    const image = { ...wanted, source: selectedPart(scene, { ...selection, time }) };
    images.push(image);
    if (role !== 'signal' && role !== 'target') return;
    const keyOf = (channel: number) => JSON.stringify([path, file.images.indexOf(scene), channel]);
    for (const channel of image.source.channels) {
      const key = keyOf(scene.channels.indexOf(channel));
      const owner = owners.get(key);
      if (role === 'target' && owner?.role === 'signal') findings.push(sameChannel(sample.id, owner, image));
      owners.set(key, owner ?? image);
    }
    if (role !== 'target') return;
    const all = selectedPart(scene, { ...selection, channel: null, time });
    for (const [c, { name }] of all.channels.entries())
      beside.set(keyOf(c), {
        role: 'other',
        name: null,
        file: `${path}#channel=${name ?? c}`,
        source: partOf(all, { channels: [c] }),
      });
  }
}

function wantedOf({ signal, targets, weight, mask }: Sample): Omit<OpenedImage, 'source'>[] {
  return [
    { role: 'signal', name: null, file: signal },
    ...targets.map(({ name, path }) => ({ role: 'target' as const, name, file: path })),
    ...(weight === null ? [] : [{ role: 'weight' as const, name: null, file: weight }]),
    ...(mask === null ? [] : [{ role: 'mask' as const, name: null, file: mask }]),
  ];
}

/** Throws `error` again unless it is the file's own and can stand beside those of others. */
export function unreadable(error: unknown, id: string, file: string): Finding {
  if (!isUnstainedError(error) || error.code.startsWith('interrupted/')) throw error;
  const what = [error.what, error.why].filter(Boolean).join(' ');
  return { kind: 'unreadable', severity: 'spoils', samples: [id], file, what, remedy: error.remedy };
}

function sameChannel(id: string, signal: OpenedImage, target: OpenedImage): Finding {
  return {
    kind: 'channel',
    severity: 'spoils',
    samples: [id],
    file: target.file,
    what: `${target.file} (target ${target.name}) is a channel of the signal ${signal.file} too: the network would see what it is to predict.`,
    remedy: `Select the channel of the transmitted light as the signal: ${signal.file.replace(/#.*$/s, '')}#channel=0.`,
  };
}
