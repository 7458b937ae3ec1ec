/**
 * What a run's folder needs of the world: `node/` implements it on a file system, a page could on its private one.
 * Paths are relative to the run's folder, with `/` between names on every system.
 */
export interface RunStore {
  /** What messages call the run: the folder as the user wrote it. */
  readonly name: string;
  /** Names in a folder ('' is the run's own), sorted; none where the folder does not exist. Files being written are left out. */
  list(folder: string): Promise<readonly string[]>;
  /** The whole file. Throws where there is none. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Puts a file there, folders included, so that whatever happens there is the old file or the new one, whole.
   * Throws ResourceError where the disk is full.
   */
  writeWhole(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Adds bytes to a file's end, folders included; makes the file where there is none. They are with the operating system when
   * this ends: a kill of the process does not lose them, a power cut may lose the last seconds. A kill in the midst leaves a
   * part of them: whoever reads such a file leaves out a last line or record that is not whole, and whoever goes on writing
   * ends that line first.
   * Throws ResourceError where the disk is full; the file ends then where it ended before.
   */
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Removes a file; one that is not there is removed already. */
  remove(path: string): Promise<void>;
  /** Removes all of the run, but its lock. */
  clear(): Promise<void>;
  /**
   * Keeps every other trainer out of the folder, which is made, until it is released or this process is gone.
   * Throws UsageError usage/run-in-use that says who holds it, since when, and what to do.
   */
  lock(): Promise<RunLock>;
}

export interface RunLock {
  /** Once more does nothing. */
  release(): Promise<void>;
}
