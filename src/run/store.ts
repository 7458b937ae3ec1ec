/**
 * What a run's folder needs of the world: `node/` implements it on a file system, a page could on its private one.
 * Paths are relative to the run's folder, with `/` between names on every system.
 */
export interface RunStore {
  /** What messages call the run: the folder as the user wrote it. */
  readonly name: string;
  /** Names in a folder ('' is the run's own), sorted; none where the folder does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** The whole file. Throws where there is none. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Puts a file there, folders included, so that whatever happens there is the old file or the new one, whole.
   * Throws ResourceError where the disk is full.
   */
  writeWhole(path: string, bytes: Uint8Array): Promise<void>;
  /** Removes a file; one that is not there is removed already. */
  remove(path: string): Promise<void>;
}
