import { describe, expect, it } from 'vitest';
import { openImage } from '../open-image.ts';
import { memoryFiles } from '../testing/memory.ts';
import { readAll } from '../testing/samples.ts';
import { parseMetadata } from './metadata.ts';
import { writeCzi } from './testing/write-czi.ts';

const document = (metadata: string) =>
  `<?xml version="1.0"?>\n<ImageDocument><Metadata>${metadata}</Metadata></ImageDocument>`;
const dimensions = (inside: string) =>
  document(`<Information><Image><SizeX>-1</SizeX><Dimensions>${inside}</Dimensions></Image></Information>`);
const scaling = (x: string, unit = '') =>
  document(`<Scaling><Items><Distance Id="X"><Value>${x}</Value>${unit}</Distance></Items></Scaling>`);
const parse = (xml: string) => parseMetadata(xml, 'cells.czi');

describe('metadata', () => {
  it('lengths are meters, whatever the unit for display is', () => {
    expect(parse(scaling('1E-07', '<DefaultUnitFormat>nm</DefaultUnitFormat>')).voxelSize).toEqual({
      z: null,
      y: null,
      x: 0.1,
    });
    expect(parse(scaling('9.057667415221031E-08')).voxelSize!.x).toBeCloseTo(0.09057667415221031, 14);
  });

  it.each(['0', '', '-1e-7', 'NaN', 'Infinity', '1e30', 'micro'])('a length of %j is unknown', (value) => {
    expect(parse(scaling(value)).voxelSize).toBeNull();
  });

  it('channels: names, colors and the light that was recorded', () => {
    const display =
      '<DisplaySetting><Channels><Channel Id="Channel:1"><Color>#FF00A1ff</Color></Channel></Channels></DisplaySetting>';
    const xml = dimensions(`<Channels><Channel Id="Channel:0" Name="DNA"><Color>#80FF7E00</Color>
      <EmissionWavelength>465.5</EmissionWavelength></Channel><Channel Id="Channel:1" Name="A &amp; B"/></Channels>`);
    expect(parse(xml.replace('</Metadata>', `${display}</Metadata>`)).channels).toEqual([
      { name: 'DNA', color: '#FF7E00', wavelength: 465.5 },
      { name: 'A & B', color: '#00A1FF', wavelength: null },
    ]);
  });

  it('names that only the display has, by position', () => {
    const xml = document(
      '<DisplaySetting><Channels><Channel Name="a"/><Channel Name="b"/></Channels></DisplaySetting>',
    );
    expect(parse(xml).channels.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('names that the display has for some by another identifier, as a microscope wrote it', () => {
    const display = (ids: readonly string[]) =>
      `<DisplaySetting><Channels>${ids.map((id) => `<Channel Id="${id}" Name="${id} name"/>`).join('')}</Channels></DisplaySetting>`;
    const xml = dimensions('<Channels><Channel Id="Channel:0"/><Channel Id="Channel:1"/></Channels>');
    const names = (...ids: string[]) =>
      parse(xml.replace('</Metadata>', `${display(ids)}</Metadata>`)).channels.map(({ name }) => name);
    expect(names('Channel:0', 'c15b6ce0')).toEqual(['Channel:0 name', 'c15b6ce0 name']);
    expect(names('Channel:1', 'Channel:0')).toEqual(['Channel:0 name', 'Channel:1 name']);
    expect(names('Channel:1', 'c15b6ce0')).toEqual([null, 'Channel:1 name']);
  });

  it('times: their interval, or their offsets where these are even', () => {
    const positions = (inside: string) => parse(dimensions(`<T><Positions>${inside}</Positions></T>`));
    expect(positions('<Interval><Start>0</Start><Increment>2.5</Increment></Interval>').timeStep(7)).toBe(2.5);
    expect(positions('<List><Offsets>0 60.1 120.2</Offsets></List>').timeStep(3)).toBeCloseTo(60.1, 12);
    expect(positions('<List><Offsets>0 60 200</Offsets></List>').timeStep(3)).toBeNull();
    expect(positions('<List><Offsets>0 60 120</Offsets></List>').timeStep(2)).toBeNull();
    expect(positions('<List><Offsets>0 0 0</Offsets></List>').timeStep(3)).toBeNull();
  });

  it('thousands of escaped characters in what is not needed', () => {
    const xml = scaling('1e-7').replace('<Scaling>', `<Experiment><X>${'&lt;'.repeat(5000)}</X></Experiment><Scaling>`);
    expect(parse(xml)).toMatchObject({ voxelSize: { x: 0.1 }, notes: [] });
  });

  it.each([
    ['is not there', undefined],
    ['is empty', ''],
    ['is cut', scaling('1e-7').slice(0, -5)],
    ['is none', 'see without dyes <'],
  ])('XML that %s leaves the pixels as they are, and is said', async (_, xml) => {
    const data = Uint8Array.of(1, 2, 3, 4);
    const bytes = await writeCzi([{ start: {}, width: 2, height: 2, pixels: 'Gray8', data }], { xml });
    const { images } = await openImage(memoryFiles({ 'cells.czi': bytes }), 'cells.czi');
    expect(images[0]).toMatchObject({ name: '', voxelSize: null, channels: [{ name: null }] });
    expect(images[0].notes.join()).toMatch(/metadata.*voxel size, names and times are unknown/);
    expect(await readAll(images[0])).toEqual([data]);
  });
});
