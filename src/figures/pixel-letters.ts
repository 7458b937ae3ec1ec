/** Small letters for pictures that are drawn without a font: capitals, digits and some signs, 5 pixels wide and 7 high. */
import type { Picture } from './color.ts';

/** A letter, then its seven rows of five pixels: a digit of base 32 a row, the left pixel worth 16. */
const ROWS =
  'Aehhvhhh Buhhuhhu Cehggghe Duhhhhhu Evgguggv Fvgguggg Gehgnhhf Hhhhvhhh Ie44444e J72222ic Khikokih Lggggggv Mhrllhhh ' +
  'Nhhpljhh Oehhhhhe Puhhuggg Qehhhlid Ruhhukih Sfgge11u Tv444444 Uhhhhhhe Vhhhhha4 Whhhllla Xhha4ahh Yhhha444 Zv1248gv ' +
  '0ehjlphe 14c4444e 2eh1248v 3v2421he 426aiv22 5vgu11he 668guhhe 7v124888 8ehhehhe 9ehhf12c .00000cc ,0000c48 :0cc0cc0 ' +
  '-000v000 −000v000 –000v000 +044v440 _000000v /01248g0 %op248j3 (2488842 )8422248';
const LETTERS = new Map([[' ', '0000000'], ...ROWS.split(' ').map((letter) => [letter[0], letter.slice(1)] as const)]);

const ADVANCE = 6;
export const LETTER_HEIGHT = 7;

/** The text in letters that can be drawn, accents left out; null where it has others. */
export function drawable(text: string): string | null {
  const capitals = text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toUpperCase();
  return Array.from(capitals).every((letter) => LETTERS.has(letter)) ? capitals : null;
}

/** Pixels that the text takes, each of its own `scale` by `scale`. */
export function textWidth(text: string, scale: number): number {
  return Math.max(0, text.length * ADVANCE - 1) * scale;
}

/** Draws text that is `drawable` into the picture, its upper left corner at (left, top). */
export function drawText(
  { width, height, data }: Picture,
  text: string,
  { left, top, scale, color }: { left: number; top: number; scale: number; color: readonly number[] },
): void {
  for (let y = 0; y < LETTER_HEIGHT * scale; y++)
    for (let x = 0; x < textWidth(text, scale); x++) {
      const [column, row] = [Math.floor(x / scale), Math.floor(y / scale)];
      const bits = Number.parseInt(LETTERS.get(text[Math.floor(column / ADVANCE)])?.[row] ?? '0', 32);
      const isInk = column % ADVANCE < 5 && (bits >> (4 - (column % ADVANCE))) & 1;
      if (isInk && left + x < width && top + y < height) data.set(color, 3 * ((top + y) * width + left + x));
    }
}
