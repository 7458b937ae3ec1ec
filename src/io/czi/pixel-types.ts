/** Pixel types of CZI by number. Colors are stored blue, green, red. */
import type { SampleType } from '../source.ts';

export interface PixelType {
  readonly name: string;
  readonly type: SampleType;
  /** Samples a pixel, side by side. */
  readonly samples: 1 | 3 | 4;
}

/**
 * Those that are read. `Gray32` is signed in some readers and unsigned in others, and libCZI does not read it: below 2^31, where
 * they agree, it is read; above, refused (tile-reader.ts).
 */
export const PIXEL_TYPES: Readonly<Record<number, PixelType>> = {
  0: { name: 'Gray8', type: 'uint8', samples: 1 },
  1: { name: 'Gray16', type: 'uint16', samples: 1 },
  2: { name: 'Gray32Float', type: 'float32', samples: 1 },
  3: { name: 'Bgr24', type: 'uint8', samples: 3 },
  4: { name: 'Bgr48', type: 'uint16', samples: 3 },
  8: { name: 'Bgr96Float', type: 'float32', samples: 3 },
  9: { name: 'Bgra32', type: 'uint8', samples: 4 },
  12: { name: 'Gray32', type: 'int32', samples: 1 },
  13: { name: 'Gray64Float', type: 'float64', samples: 1 },
};

const REFUSED: Readonly<Record<number, string>> = { 10: 'Gray64ComplexFloat', 11: 'Bgr192ComplexFloat' };

export function pixelTypeName(pixelType: number): string {
  return PIXEL_TYPES[pixelType]?.name ?? REFUSED[pixelType] ?? 'unknown';
}
