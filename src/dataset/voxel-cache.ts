/** Where prepared voxels live that memory has no room for. `node/` keeps them in the user's cache folder. */
export interface VoxelCache {
  /** What was put under `key` (64 hexadecimal digits) and is whole still, or null. */
  find(key: string): Promise<CachedVoxels | null>;
  /**
   * Puts an entry there, in place of an older one: its bytes in the order in which `write` appends them, and a text beside them.
   * Throws ResourceError resource/disk-full.
   */
  put(key: string, write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<string>): Promise<CachedVoxels>;
  /** What changes whenever the file at `path` does; null where nothing tells. */
  stamp(path: string): Promise<string | null>;
}

export interface CachedVoxels {
  readonly text: string;
  readonly bytes: StoredBytes;
}

export interface StoredBytes {
  /** Fills `target` from `offset` on. Throws ResourceError resource/cache where there are not as many. */
  read(offset: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
