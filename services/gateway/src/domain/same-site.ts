/** Methods that change nothing, so a foreign page may cause them. */
const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Request {
  readonly method: string;
  /** The `Origin` header. */
  readonly origin: string | undefined;
  /** The `Sec-Fetch-Site` header. */
  readonly fetchSite: string | undefined;
}

/**
 * Whether a request that carries our cookie was made by our own pages. A browser sets both headers by itself and
 * lets no page change them. When both are there both must agree; when neither is there the answer is no.
 */
export function isFromOwnPages(request: Request, ownOrigin: string): boolean {
  if (safe.has(request.method)) return true;
  const { origin, fetchSite } = request;
  if (origin === undefined && fetchSite === undefined) return false;
  return (
    (origin === undefined || origin === ownOrigin) && (fetchSite === undefined || fetchSite === 'same-origin')
  );
}
