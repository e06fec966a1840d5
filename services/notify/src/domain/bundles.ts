import type { MailTemplate } from './mail-text.js';

interface Row {
  readonly id: string;
  readonly memberId: string | null;
  readonly template: MailTemplate;
}

const aboutOneCase: ReadonlySet<MailTemplate> = new Set([
  'case-shared',
  'case-posted',
  'advice-given',
  'mentioned',
  'responsibility-given',
  'responsibility-waiting',
  'consultation-asked',
  'response-overdue',
  'advice-unread',
  'attend-now',
  'phone-the-practice',
  'nobody-left',
  'follow-up-due',
]);

/** Puts together what becomes one mail: the same news about several cases, to the same member. Order is kept. */
export function bundlesOf<R extends Row>(rows: readonly R[]): readonly (readonly [R, ...R[]])[] {
  const bundles = new Map<string, [R, ...R[]]>();
  for (const row of rows) {
    const key = aboutOneCase.has(row.template) ? `${row.memberId ?? ''} ${row.template}` : row.id;
    const bundle = bundles.get(key);
    if (bundle) bundle.push(row);
    else bundles.set(key, [row]);
  }
  return [...bundles.values()];
}
