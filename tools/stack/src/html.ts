const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML text or attribute value. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => entities[found] ?? found);

const style = `
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #212b32; background: #f0f4f5 }
  h1 { font-size: 1.6rem } h2 { font-size: 1.1rem; margin: 0 }
  button { font: inherit; width: 100%; text-align: left; padding: .7rem 1rem; margin: .3rem 0; border: 2px solid #4c6272; border-radius: 4px; background: #fff; color: #212b32; cursor: pointer }
  button:hover { background: #e8edee } button:focus-visible, a:focus-visible { outline: 4px solid #ffeb3b; outline-offset: 0 }
  small { display: block; color: #4c6272 } article { background: #fff; border: 1px solid #d8dde0; padding: 1rem; margin: 1rem 0 }
  pre { white-space: pre-wrap; overflow-wrap: anywhere } .notice { border-left: 8px solid #005eb8; padding-left: 1rem }
`;

/** A whole page. `body` is HTML. */
export const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
  `<title>${escapeHtml(title)}</title><style>${style}</style></head><body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;
