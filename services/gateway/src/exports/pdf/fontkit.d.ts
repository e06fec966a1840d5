/** As much of fontkit as is used; it comes without types. */
declare module 'fontkit' {
  export interface Font {
    hasGlyphForCodePoint(codePoint: number): boolean;
    readonly characterSet: readonly number[];
  }
  export function create(bytes: Uint8Array): Font;
}
