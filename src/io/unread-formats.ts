/**
 * Formats that are known by their first bytes and not read here. Most are read by Bio-Formats, which the user may have.
 * Signatures: Bio-Formats' readers (`isThisType`), the formats' specifications, and PRONOM.
 */

/** A way to tell a format by the first bytes of a file (`START_BYTES`, or all). */
export type Signature = (start: Uint8Array) => boolean;

/** As many of a file's first bytes as signatures look at. */
export const START_BYTES = 1024;

export const at =
  (offset: number, ...signature: number[]): Signature =>
  (start) =>
    signature.every((byte, i) => start[offset + i] === byte);
export const begins = (...signature: number[]): Signature => at(0, ...signature);
export const textAt = (offset: number, signature: string): Signature =>
  at(offset, ...new TextEncoder().encode(signature));
const text = (signature: string) => textAt(0, signature);
const all =
  (...signatures: Signature[]): Signature =>
  (start) =>
    signatures.every((fits) => fits(start));
const any =
  (...signatures: Signature[]): Signature =>
  (start) =>
    signatures.some((fits) => fits(start));
/** Somewhere among the first bytes, in UTF-8 or UTF-16. */
const holds =
  (words: string): Signature =>
  (start) =>
    new TextDecoder('latin1').decode(start.filter((byte) => byte !== 0)).includes(words);

export interface UnreadFormat {
  readonly name: string;
  readonly fits: Signature;
  /** Whether it holds what microscopes record, so that a converter is worth trying. */
  readonly isMicroscopy: boolean;
  /** Where conversion is not what helps. */
  readonly remedy?: string;
}

const microscopy = (name: string, fits: Signature): UnreadFormat => ({ name, fits, isMicroscopy: true });
const other = (name: string, fits: Signature): UnreadFormat => ({ name, fits, isMicroscopy: false });

/** A TIFF with a small picture; the image lies beside it, in `_NAME_/stack*`. */
const OLYMPUS_VSI = microscopy('Olympus VSI', all(text('II*\0'), at(8, 24, 0, 0x49, 0x53)));

const UNREAD: readonly UnreadFormat[] = [
  microscopy('Nikon ND2', begins(0xda, 0xce, 0xbe, 0x0a)),
  microscopy('Leica LOF', all(begins(0x70, 0, 0, 0), at(8, 0x2a), holds('LMS_Object_File'))),
  microscopy('Leica LIF', all(begins(0x70, 0, 0, 0), at(8, 0x2a))),
  microscopy('DeltaVision', any(at(96, 0xa0, 0xc0), at(96, 0xc0, 0xa0))),
  microscopy('ICS', any(textAt(2, 'ics_version'), textAt(3, 'ics_version'))),
  microscopy('Imaris (HDF5)', all(begins(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10), holds('Imaris'))),
  microscopy('HDF5 (Imaris)', begins(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10)),
  microscopy('Olympus OIR', text('OLYMPUSRAWFORMAT')),
  microscopy('OLE2 (Olympus OIB, Zeiss ZVI, SimplePCI CXD)', begins(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)),
  microscopy('Olympus OIF', all(begins(0xff, 0xfe), any(holds('FileInformation'), holds('Acquisition Parameters')))),
  OLYMPUS_VSI,
  microscopy('Imspector OBF', text('OMAS_BF\n')),
  microscopy('Gatan DM3', all(begins(0, 0, 0, 3), at(8, 0, 0, 0))),
  microscopy('Gatan DM4', all(begins(0, 0, 0, 4), at(12, 0, 0, 0))),
  microscopy('MRC', textAt(208, 'MAP ')),
  microscopy('Andor SIF', text('Andor Technology')),
  microscopy('Volocity (Metakit)', any(begins(0x4a, 0x4c, 0x1a, 0), begins(0x4c, 0x4a, 0x1a, 0))),
  microscopy('NRRD', text('NRRD000')),
  microscopy('NIfTI', any(textAt(344, 'n+1\0'), textAt(344, 'ni1\0'))),
  microscopy('FITS', text('SIMPLE  =')),
  microscopy('DICOM', textAt(128, 'DICM')),
  microscopy('JPEG 2000 (or an ND2 of before 2007)', begins(0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20)),
  {
    ...other('web page (HTML)', (start) => /^\s*<(?:!doctype )?html/i.test(new TextDecoder().decode(start))),
    remedy: 'Check the address in a browser. That of a Zarr is the address of a folder, and ends in /.',
  },
  other('JPEG', begins(0xff, 0xd8, 0xff)),
  other('GIF', text('GIF8')),
  other('WebP', all(text('RIFF'), textAt(8, 'WEBP'))),
  other('BMP', text('BM')),
  other('PDF', text('%PDF')),
  { ...other('ZIP (perhaps a zipped Zarr)', text('PK')), remedy: 'Unpack it, and name what comes out of it.' },
  other('gzip', begins(0x1f, 0x8b)),
];

/** The format that a file begins with; null where it is none of those. */
export function unreadFormat(start: Uint8Array): UnreadFormat | null {
  return UNREAD.find(({ fits }) => fits(start)) ?? null;
}

/** What looks like a TIFF and holds no image of the microscope. */
export const isDisguised: Signature = OLYMPUS_VSI.fits;

/** Words rather than pixels (a page, a table, a program): every byte is one that a text has. */
export function isText(start: Uint8Array): boolean {
  return start.every((byte) => byte >= 32 || (byte >= 7 && byte <= 13) || byte === 27);
}
