/** Text into HTML: whatever comes from files or people is escaped. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** `0.74`, `−0.02`; a dash where there is no number. */
export function formatScore(value: number | null): string {
  return value === null || !Number.isFinite(value)
    ? '–'
    : value
        .toFixed(2)
        .replace(/^-0\.00$/, '0.00')
        .replace('-', '−');
}

/** `+6.1`, `−0.4`, `0`. */
export function signed(value: number): string {
  const text = value.toFixed(Math.abs(value) < 9.95 ? 1 : 0);
  return Number(text) === 0 ? '0' : value > 0 ? `+${text}` : text.replace('-', '−');
}
