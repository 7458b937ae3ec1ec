/**
 * A weight map or a mask on the training grid. Resampling overshoots at edges (volume/axis-filter.ts): beside a sharp one it
 * makes weights below 0 of a map that has none. They become 0 again; what is negative in the file stays, and is refused.
 */
import { viewOf, type ImageSource } from '../io/index.ts';

/** `bring(source)`, its samples at least 0 while none that was read of `source` is less. */
export function weightsOnGrid(source: ImageSource, bring: (source: ImageSource) => ImageSource): ImageSource {
  let isNegative = false;
  const watched = viewOf(source, {
    async read(at) {
      const samples = await source.read(at);
      isNegative ||= samples.some((weight) => weight < 0);
      return samples;
    },
  });
  const brought = bring(watched);
  if (brought === watched) return source;
  return viewOf(brought, {
    async read(at) {
      const samples = await brought.read(at);
      if (!isNegative) for (let i = 0; i < samples.length; i++) if (samples[i] < 0) samples[i] = 0;
      return samples;
    },
  });
}
