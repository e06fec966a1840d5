/** A LIKE pattern for what begins with exactly the given text: `%`, `_` and `\` stand for themselves. */
export const prefixPattern = (text: string): string => `${text.trim().replaceAll(/[\\%_]/g, '\\$&')}%`;
