/**
 * Case codes such as `DX-7K3M-9PQ4`: seven random symbols and a check symbol, written into the child's own record by
 * hand and read back from there. The symbols are those people do not confuse: no I, L, O or U.
 *
 * The symbols stand for the elements of GF(32) (x⁵ + x² + 1, in which α = 2 is primitive), and a code is right when
 * α⁷·s₁ + α⁶·s₂ + … + α·s₇ + s₈ = 0. All weights differ and none is zero, so a mistake in one symbol, and an exchange
 * of any two, always shows. Codes are drawn by the database (migration 0002), which keeps them unique.
 */
export const codeAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const timesAlpha = (element: number): number => (element << 1) ^ (element >= 16 ? 0b100101 : 0);

const isRight = (symbols: string): boolean =>
  Array.from(symbols).reduce((sum, symbol) => timesAlpha(sum) ^ codeAlphabet.indexOf(symbol), 0) === 0;

/**
 * Reads a code as people type it: in any case of letters, with or without spaces, hyphens and the leading `DX`, and
 * with O, I and L for the digits they look like.
 * @returns the code as it is kept, or undefined when it cannot be right.
 */
export function readCaseCode(typed: string): string | undefined {
  const symbols = typed
    .toUpperCase()
    .replace(/[\s\p{Dash_Punctuation}]/gu, '')
    .replace(/^DX(?=.{8}$)/, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{8}$/.test(symbols) || !isRight(symbols)) return undefined;
  return `DX-${symbols.slice(0, 4)}-${symbols.slice(4)}`;
}
