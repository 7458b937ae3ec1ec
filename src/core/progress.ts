/** How long work tells how far it is, and how it is stopped: every long call takes these. */

/** One thing that is being done. `done` of `total` in `unit`; `facts` are shown as they are (`loss 0.41`). */
export interface Progress {
  readonly task: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** The loss of the newest step, where the task is training. */
  readonly loss?: number;
  readonly facts?: readonly string[];
}

export interface LongCall {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Something that the user should know but that stops nothing. */
  readonly onNote?: (note: string) => void;
}
