/** How each layer of a network is computed in training, and why so: for people who wonder what is slow. */
import type { FormChoice } from '../engine/index.ts';

export interface LayerForms {
  /** As in pytorch_fnet: `net_recurse.sub_u.conv_down`. */
  readonly layer: string;
  /** Of what comes in, without the batch: (c, z, y, x), or (c, y, x). */
  readonly input: readonly number[];
  readonly forward: FormNote;
  /** Null for the first layer: nobody asks for the gradient of the image. */
  readonly inputGradient: FormNote | null;
  readonly weightGradient: FormNote | null;
}

export interface FormNote {
  readonly form: string;
  /** In words: when this form is taken. */
  readonly when: string;
}

/** In the order in which data flow. `forms` are those of a training program. */
export function layerForms(forms: readonly FormChoice[]): LayerForms[] {
  const ofWeight = new Map<string, FormChoice[]>();
  for (const choice of forms)
    if (choice.weight !== null) ofWeight.set(choice.weight, [...(ofWeight.get(choice.weight) ?? []), choice]);
  return [...ofWeight].map(([weight, [forward, ...backward]]) => {
    const note = (gradient: boolean) => {
      const found = backward.find(({ operator }) => (operator === 'convWeightGradient') === gradient);
      return found ? { form: found.form, when: found.when } : null;
    };
    return {
      layer: weight.replace(/\.weight$/, ''),
      input: forward.shapes[0].slice(1),
      forward: { form: forward.form, when: forward.when },
      inputGradient: note(false),
      weightGradient: note(true),
    };
  });
}
