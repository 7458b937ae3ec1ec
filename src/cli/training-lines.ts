/** A training as a person watches it: how far, the course of the loss, the last validation, what is safe. */
import type { TrainingProgress, ValidationProgress } from '../core/index.ts';
import { formatBytes, formatNumber, formatSeconds } from './format.ts';
import { bar, curve, type Glyphs } from './glyphs.ts';
import { endOf, fitLine, lineWidth, type Line, type Piece, type Span } from './line.ts';
import { formatR, rateText, type LineParts } from './progress-line.ts';

const LEAST_BAR = 4; // and a sixth of the width
const MOST_BAR = 48;
const MOST_CURVE = 120;
/** Narrower, and the ends of the scale are left out. */
const SCALE_FROM_CELLS = 56;
/** From here on there is room for texts that don't move as their numbers get longer and shorter. */
const STEADY_FROM_CELLS = 72;

export interface TrainingParts extends LineParts {
  readonly training: TrainingProgress;
  /** Since the newest checkpoint was written; null where it was there before. */
  readonly secondsSinceSaved: number | null;
}

/** Lines of at most `cells` each. */
export function trainingLines(parts: TrainingParts, glyphs: Glyphs, cells: number): Line[] {
  const { validation } = parts.training;
  return [
    wayLine(parts, glyphs, cells),
    ...lossLines(parts, glyphs, cells),
    ...(validation ? [validationLine(validation, cells)] : []),
    fitLine(standing(parts), cells),
  ];
}

/** Name, bar, steps, rate, time left. */
function wayLine({ training, progress, course, now }: TrainingParts, glyphs: Glyphs, cells: number): Line {
  const { done, total, unit } = progress;
  const perSecond = course.perSecond();
  const left = course.secondsLeft(now);
  const steady = (text: string, width: number) => (cells >= STEADY_FROM_CELLS ? text.padEnd(width) : text);
  const percent = `${total > 0 ? Math.floor((100 * done) / total) : 0} %`;
  const steps = `${String(done).padStart(String(total).length)}/${total} ${unit}`;
  const pieces: Piece[] = [
    piece(0, { text: endOf(training.run, Math.floor(cells / 5), glyphs.more), format: 'bold' }),
    piece(0), // the bar
    piece(0, { text: percent.padStart(4) }),
    piece(2, { text: steps }),
    ...(perSecond ? [piece(3, { text: steady(rateText(perSecond, unit), 12) })] : []),
    ...(left !== null && done < total
      ? [piece(1, { text: steady(`${formatSeconds(left)} left`, 15), format: 'bold' })]
      : []),
  ];
  const around = fitLine(pieces, cells - Math.max(LEAST_BAR, Math.floor(cells / 6)));
  const [filled, rest] = bar(total > 0 ? done / total : 0, Math.min(MOST_BAR, cells - lineWidth(around)), glyphs);
  const at = 2; // behind the name and the gap
  return [
    ...around.slice(0, at),
    { text: filled, format: 'green' },
    { text: rest, format: 'dim' },
    ...around.slice(at),
  ];
}

/** Loss and learning rate, and beside them the curve of the loss, two lines high, with the ends of its scale. */
function lossLines({ training, course }: TrainingParts, glyphs: Glyphs, cells: number): Line[] {
  const labels = [`loss ${formatNumber(course.loss())}`, `lr ${formatNumber(training.lr)}`];
  const width = Math.max(...labels.map(({ length }) => length), 'loss 0.00123'.length);
  const scaleCells = cells >= SCALE_FROM_CELLS ? 2 + '0.00123'.length : 0;
  const losses = course.losses(Math.max(0, Math.min(MOST_CURVE, cells - width - 2 - scaleCells)));
  const drawn = losses.length > 1 ? curve(losses, 2, glyphs) : ['', ''];
  const finite = losses.filter(Number.isFinite);
  const scale = scaleCells > 0 && losses.length > 1 ? [Math.max(...finite), Math.min(...finite)] : [];
  return labels.map((label, i) =>
    fitLine(
      [
        piece(0, { text: label.padEnd(width), format: i === 0 ? 'bold' : undefined }),
        piece(0, { text: drawn[i], format: 'cyan' }),
        ...(i < scale.length ? [piece(0, { text: formatNumber(scale[i]), format: 'dim' })] : []),
      ],
      cells,
    ),
  );
}

function validationLine({ step, scores, best, withoutGain, patience }: ValidationProgress, cells: number): Line {
  const isBest = best.step === step;
  const waiting = `${withoutGain}${patience > 0 ? ` of ${patience}` : ''} without gain`;
  const pieces = [
    ...scores.map(({ name, r }, i) =>
      piece(i === 0 ? 0 : 3, { text: `${name} r ` }, { text: formatR(r), format: isBest ? 'green' : 'bold' }),
    ),
    piece(4, { text: `at step ${step}`, format: 'dim' }),
    isBest
      ? piece(1, { text: 'the best so far', format: 'green' })
      : piece(1, { text: `best ${formatR(best.r)} at ${best.step}` }),
    ...(isBest ? [] : [piece(2, { text: waiting, format: 'yellow' })]),
  ];
  return fitLine(pieces, cells);
}

/** Memory, data, and what is safe. */
function standing({ training: { images, savedStep }, residentBytes, secondsSinceSaved }: TrainingParts): Piece[] {
  const { inMemory, all } = images;
  const held = `${inMemory < all ? `${inMemory} of ` : ''}${all} ${all === 1 ? 'image' : 'images'}`;
  const saved = secondsSinceSaved === null ? '' : `, ${formatSeconds(Math.floor(secondsSinceSaved))} ago`;
  const dim = (rank: number, text: string) => piece(rank, { text, format: 'dim' });
  return [
    dim(1, `in memory: ${formatBytes(residentBytes)}, ${held}`),
    dim(0, savedStep > 0 ? `saved step ${savedStep}${saved}` : 'nothing saved yet'),
  ];
}

function piece(rank: number, ...line: Span[]): Piece {
  return { line, rank };
}
