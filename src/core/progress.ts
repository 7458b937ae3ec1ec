/** How long work tells how far it is, and how it is stopped: every long call takes these. */

/** One thing that is being done. `done` of `total` in `unit`; `facts` are shown as they are (`loss 0.41`). */
export interface Progress {
  readonly task: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** The loss of the newest step, where the task is training. */
  readonly loss?: number;
  /** Where the task is training. What is done in between, such as a validation, is a task of its own. */
  readonly training?: TrainingProgress;
  readonly facts?: readonly string[];
}

/** How a training stands, beside its steps and its loss. */
export interface TrainingProgress {
  /** The run's folder, as the user named it. */
  readonly run: string;
  /** Of the newest step. */
  readonly lr: number;
  /** Images that patches are drawn from now, of all that are learned from. */
  readonly images: { readonly inMemory: number; readonly all: number };
  /** Of the newest checkpoint; 0 before the first. */
  readonly savedStep: number;
  /** The newest; null before the first. */
  readonly validation: ValidationProgress | null;
}

export interface ValidationProgress {
  readonly step: number;
  /** Pearson's r of each target; null where undefined. */
  readonly scores: readonly { readonly name: string; readonly r: number | null }[];
  /** The best so far: r as models are chosen by it, the mean over the targets where there are several. */
  readonly best: { readonly step: number; readonly r: number | null };
  /** Validations since the best one. */
  readonly withoutGain: number;
  /** How many of these end the training; 0: none do. */
  readonly patience: number;
}

export interface LongCall {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Something that the user should know but that stops nothing. */
  readonly onNote?: (note: string) => void;
}
