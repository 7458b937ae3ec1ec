/** What TIFF's resolution tags say of the size of a pixel, where no program says more. */

/** Pixels a unit, as the tags have it: unit 2 is the inch, 3 the centimeter; 0 or NaN where they do not say. */
export interface Resolution {
  readonly unit: number;
  readonly y: number;
  readonly x: number;
}

const CENTIMETER = 3;

/** Micrometers, where the resolution can be that of a microscope: dots an inch are what printers are told. */
export function plainPixelSize({ unit, y, x }: Resolution): { y: number | null; x: number | null } {
  const size = (pixels: number) => {
    const micrometers = 1e4 / pixels;
    return unit === CENTIMETER && micrometers >= 0.001 && micrometers <= 100 ? micrometers : null;
  };
  return { y: size(y), x: size(x) };
}
