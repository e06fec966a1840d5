/** A session ends after this long without a request, in milliseconds. */
export const idleMs = 30 * 60_000;
/** A session ends this long after the sign-in, in milliseconds. */
export const absoluteMs = 12 * 60 * 60_000;
/** Activity is written down at most this often, in milliseconds, so that reading does not mean writing. */
export const touchMs = 60_000;

interface Times {
  readonly lastSeenAt: Date;
  readonly endsAt: Date;
}

/** Whether a session still counts, and whether its activity should be written down. */
export function stateOf(session: Times, now: Date): 'ended' | 'active' | 'active-touch' {
  const idle = now.getTime() - session.lastSeenAt.getTime();
  if (now >= session.endsAt || idle >= idleMs) return 'ended';
  return idle >= touchMs ? 'active-touch' : 'active';
}
