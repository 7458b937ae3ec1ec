/**
 * The package in Node.
 *
 *     import { nodeWorld, predict } from 'unstained';
 *
 *     const request = { model: 'runs/dna', images: ['bf.ome.tif'], out: 'dna.ome.tif', ... };
 *     const { outputs } = await predict(nodeWorld(), request, { onProgress: console.log });
 */
export * from './api/index.ts';
export { nodeWorld } from './node/index.ts';
export type { NodeWorld, NodeWorldSettings } from './node/index.ts';
