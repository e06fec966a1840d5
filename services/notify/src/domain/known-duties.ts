import { onCallAt, type OnCall, type Override, type Rota } from './on-call.js';

/** An answer is worked out anew at least this often: a change beyond the weekly pattern then shows in time. */
const keepMs = 86_400_000;
const most = 1_000;

interface Known {
  /** The answer holds from here … */
  readonly from: number;
  /** … until here, exclusive. */
  readonly before: number;
  readonly onCall: OnCall;
}

/**
 * `onCallAt`, remembered: calendar arithmetic in a time zone costs more than everything else about telling people of a
 * case. The key is the rota and the overrides themselves, read anew each time, so that a change counts at once.
 */
export class KnownDuties {
  private readonly known = new Map<string, Known>();

  at(rota: Rota | null, overrides: readonly Override[], at: Date): OnCall {
    const key = JSON.stringify([rota, overrides]);
    const moment = at.getTime();
    const found = this.known.get(key);
    if (found && found.from <= moment && moment < found.before) return found.onCall;
    const onCall = onCallAt(rota, overrides, at);
    const change = onCall.until?.getTime() ?? Number.POSITIVE_INFINITY;
    if (this.known.size >= most) this.known.clear();
    this.known.set(key, { from: moment, before: Math.min(change, moment + keepMs), onCall });
    return onCall;
  }
}

/** The one of this process. */
export const knownDuties = new KnownDuties();
