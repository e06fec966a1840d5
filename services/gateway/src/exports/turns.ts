import { AppError } from '@definitivedx/errors';

/** Lets so many do something at once; a bounded number of others wait, in the order in which they came. */
export class Turns {
  private readonly waiting = new Set<() => void>();
  private free: number;

  constructor(
    atOnce: number,
    private readonly mostWaiting: number,
  ) {
    this.free = atOnce;
  }

  /**
   * Does the work when its turn has come.
   * @param gone tells that nobody waits for it any more: it leaves the queue.
   * @throws AppError `unavailable` when too many wait already; the reason of `gone` when it left.
   */
  async take<T>(work: () => Promise<T>, gone?: AbortSignal): Promise<T> {
    gone?.throwIfAborted();
    if (this.free > 0) this.free -= 1;
    else await this.turn(gone);
    try {
      return await work();
    } finally {
      const [next] = this.waiting;
      if (next) next();
      else this.free += 1;
    }
  }

  private async turn(gone: AbortSignal | undefined): Promise<void> {
    if (this.waiting.size >= this.mostWaiting) throw busy();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.waiting.delete(begin);
        gone?.removeEventListener('abort', giveUp);
      };
      const begin = (): void => {
        leave();
        resolve();
      };
      const giveUp = (): void => {
        leave();
        reject(gone?.reason as Error);
      };
      this.waiting.add(begin);
      gone?.addEventListener('abort', giveUp);
    });
  }
}

const busy = (): AppError =>
  new AppError('unavailable', 'Many documents are being made just now. Please try again shortly.', {
    retryAfterSeconds: 5,
  });
