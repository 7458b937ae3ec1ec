/** What is kept of a sample to compare it with others. */
export interface Fingerprint {
  readonly signal: string;
}
