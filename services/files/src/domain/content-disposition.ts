/** RFC 5987: all but these are percent-encoded. */
const encode = (value: string): string =>
  encodeURIComponent(value).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** The header that makes a browser save the file under its name, and never show it in our origin. */
export function attachment(name: string): string {
  const ascii = name.replace(/[^ -~]/g, '_').replace(/["\\%]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encode(name)}`;
}

/**
 * The file name in a Content-Disposition header of an upload: `filename*` in UTF-8, else a quoted or bare `filename`.
 * Undefined when there is none that can be read.
 */
export function filenameIn(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const extended = /;\s*filename\*\s*=\s*utf-8'[\w-]*'([^\s;]+)/i.exec(`;${header}`);
  if (extended?.[1] !== undefined) return decoded(extended[1]);
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(`;${header}`);
  return plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2];
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
