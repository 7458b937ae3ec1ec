/** `unstained convert` */
import type { ConvertRequest, ConvertResult, GivenRange } from '../../api/index.ts';
import { UsageError } from '../../core/index.ts';
import { STOPS, type Command, type Given } from '../command.ts';
import { formatNumber, formatSeconds } from '../format.ts';
import { AXES, axesOf, OVERWRITE, rangeOf, voxelSizeOf, wrongValue } from '../options.ts';

const TYPES = ['uint8', 'uint16', 'float32'] as const;

export const convert: Command = {
  usage: 'IN OUT',
  about: [
    'Writes an image as OME-TIFF or OME-Zarr, as the name says: all its times, channels and planes, or the part that is asked for, with its names, ' +
      'colors and voxel size. The image is cropped first, then resampled, then brought to its type; it is read plane by ' +
      'plane, so it may be larger than the memory.',
    'Numbers stay as they are where the type does. Resampling filters by a cubic that takes away what larger voxels ' +
      'cannot show. To uint8 and uint16 numbers are rounded, and those outside the type become its ends; how many is told.',
  ],
  operands: { name: 'IN OUT', most: 2 },
  options: [
    {
      title: 'What is written',
      options: [
        {
          name: 'crop',
          value: 'RANGES',
          help: 'a box in voxels of IN, z=4:30,y=0:512,x=100:612; the end of a range is not in it; an axis left out is whole',
        },
        {
          name: 'channel',
          value: 'NAME|INDEX',
          many: true,
          help: 'only this channel; several by commas or by giving it again, in that order; indices count from 0; a name with a comma is said by its index',
        },
        { name: 'time', value: 'INDEX|RANGE', help: 'only this time, or these: 0, 2:10' },
        {
          name: 'voxel-size',
          value: 'Z,Y,X',
          help: 'resamples: size of the voxels of OUT in micrometers, 0.3,0.3,0.3',
        },
        {
          name: 'input-voxel-size',
          value: 'Z,Y,X',
          help: 'size of the voxels of IN in micrometers, for files that do not say it',
        },
        AXES,
        { name: 'dtype', value: TYPES.join('|'), help: "type of the numbers [IN's own, or float32]" },
      ],
    },
    {
      title: 'File',
      options: [
        {
          name: 'format',
          value: 'NAME',
          help: 'ome-tiff, imagej, ome-zarr (0.5) or ome-zarr-0.4 [by the name of OUT: .tif, .zarr]',
        },
        {
          name: 'compression',
          value: 'NAME',
          help: 'deflate, zstd or none in OME-TIFF [deflate]; zstd, gzip or none in OME-Zarr [zstd; gzip in 0.4]',
        },
        OVERWRITE,
      ],
    },
  ],
  examples: [
    { say: 'The whole image', type: 'unstained convert cells.tif cells.ome.tif' },
    { say: 'As OME-Zarr, in chunks with a pyramid', type: 'unstained convert cells.tif cells.ome.zarr' },
    {
      say: 'One channel, in voxels that a model was trained with',
      type: 'unstained convert cells.tif dna.ome.tif --channel DNA --voxel-size 0.3,0.3,0.3',
    },
    {
      say: 'A corner of one image of several, in 8 bits',
      type: 'unstained convert plate.tif#scene=2 corner.ome.tif --crop y=0:256,x=0:256 --dtype uint8',
    },
  ],
  atInterrupt: STOPS,
  prepare(given) {
    const [image, out] = given.operands;
    if (image === undefined || out === undefined)
      throw new UsageError('usage/missing', {
        what: `convert needs ${image === undefined ? 'an image and ' : ''}a name to write ${image ?? 'it'} to.`,
        remedy: 'The form is: unstained convert IN OUT',
      });
    const request: ConvertRequest = {
      image,
      out,
      crop: cropOf(given),
      channels: channelsOf(given),
      times: timesOf(given),
      voxelSize: voxelSizeOf(given),
      inputVoxelSize: voxelSizeOf(given, 'input-voxel-size'),
      axes: axesOf(given),
      type: typeOf(given),
      format: given.one('format'),
      compression: given.one('compression'),
      overwrite: given.has('overwrite'),
    };
    return async (verbs, world, call) => {
      const result = await verbs.convert(world, request, call);
      return { json: result, text: resultText(result) };
    };
  },
};

/** `--crop z=4:30,y=0:512,x=:100`. */
function cropOf(given: Given): ConvertRequest['crop'] {
  const text = given.one('crop');
  if (text === null) return null;
  const crop: { z?: GivenRange; y?: GivenRange; x?: GivenRange } = {};
  for (const part of text.split(',')) {
    const [, axis, said] = /^([zyx])=(.*)$/.exec(part.replace(/^[ZYX]/, (letter) => letter.toLowerCase())) ?? [];
    const range = rangeOf(said ?? '');
    if (!range || (axis !== 'z' && axis !== 'y' && axis !== 'x') || crop[axis])
      throw wrongValue(
        'crop',
        text,
        'a range of voxels for each of z, y and x that is cropped, the end not in it and behind the first: z=4:30,y=0:512 (times: --time)',
      );
    crop[axis] = range;
  }
  return crop;
}

/** `--channel DNA,Bright --channel 2`. */
function channelsOf(given: Given): string[] {
  const names = given.many('channel').flatMap((text) => text.split(','));
  if (names.includes(''))
    throw wrongValue('channel', given.many('channel').join(), 'names or indices: DNA,Bright or 0,2');
  return names;
}

/** `--time 3` or `--time 2:10`. */
function timesOf(given: Given): GivenRange | null {
  const text = given.one('time');
  const range = text === null ? null : rangeOf(text);
  if (text !== null && range === null)
    throw wrongValue('time', text, 'an index or a range, the end not in it: 0 or 2:10');
  return range;
}

function typeOf(given: Given): ConvertRequest['type'] {
  const text = given.one('dtype');
  const type = TYPES.find((name) => name === text) ?? null;
  if (text !== null && type === null) throw wrongValue('dtype', text, `one of ${TYPES.join(', ')}`);
  return type;
}

/** `out.ome.tif: t 1, c 2, z 57, y 204, x 341, uint16, voxels of z 0.3, y 0.1, x 0.1 um; 2.1 s.` */
function resultText({ file, shape, dtype, voxelSize, channels, seconds }: ConvertResult): string {
  const extents = ['t', 'c', 'z', 'y', 'x'].map((axis, i) => `${axis} ${shape[i]}`).join(', ');
  const lengths = Object.entries(voxelSize ?? {}).map(
    ([axis, um]) => `${axis} ${um === null ? 'unknown' : formatNumber(um)}`,
  );
  const voxels = lengths.length > 0 ? `voxels of ${lengths.join(', ')} um` : 'voxels of unknown size';
  const named = channels.filter((name) => name !== null);
  return [
    `${file}: ${extents}, ${dtype}, ${voxels}; ${formatSeconds(seconds)}.`,
    ...(named.length > 0 ? [`Channels: ${channels.map((name) => name ?? 'without a name').join(', ')}.`] : []),
  ].join('\n');
}
