const longest = 500;

/**
 * Where to send a person after sign-in: a path of this site, or the start page. Anything a browser could read as
 * another site (`//host`, `/\host`, a scheme, a control character it drops) becomes the start page.
 */
export function localPath(returnTo: string | undefined): string {
  if (!returnTo || returnTo.length > longest) return '/';
  return /^\/(?![/\\])[!-[\]-~]*$/.test(returnTo) ? returnTo : '/';
}
