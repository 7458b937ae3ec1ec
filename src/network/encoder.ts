/**
 * The way down, which fine-tuning may keep as it was: all that the signal passes before the first step up. That is
 * sub_2conv_more and conv_down of every level, each with its norm, the deepest level's sub_2conv_more included: it sees the
 * signal only, and the decoder begins behind it, with its convt.
 */
import { convolutionsOf, type NetworkDescription } from './description.ts';

/** Names of the encoder's parameters: weights and biases of its convolutions and norms. */
export function encoderParameters(description: NetworkDescription): ReadonlySet<string> {
  const parts = convolutionsOf(description).filter(({ name }) => /\.(sub_2conv_more\.conv[12]|conv_down)$/.test(name));
  return new Set(parts.flatMap(({ name, norm }) => [name, norm].flatMap((part) => [`${part}.weight`, `${part}.bias`])));
}
