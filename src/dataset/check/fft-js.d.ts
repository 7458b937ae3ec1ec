/** What is used of fft.js 4, which has no types. Complex numbers are pairs (re, im) one after the other. */
declare module 'fft.js' {
  export default class FFT {
    /** `size`: a power of two above 1. */
    constructor(size: number);
    /** `out` and `data` hold `size` complex numbers each and must not be the same array. */
    transform(out: Float64Array, data: Float64Array): void;
    /** Divided by `size`, so that it undoes `transform`. */
    inverseTransform(out: Float64Array, data: Float64Array): void;
  }
}
