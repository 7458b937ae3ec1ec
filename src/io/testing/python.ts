/** The Python whose readers the tests ask: `UNSTAINED_PYTHON`, or the one on the PATH. */
export const python: string = process.env['UNSTAINED_PYTHON'] ?? 'python3';
