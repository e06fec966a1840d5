import { AppError } from '@definitivedx/errors';

/** A number of places for work that holds memory while it lasts; who finds none is asked to come back. */
export class Places {
  private taken = 0;

  constructor(private readonly most: number) {}

  /** @returns how to give the place back. @throws AppError `unavailable` when all are taken. */
  take(): () => void {
    if (this.taken >= this.most) {
      throw new AppError(
        'unavailable',
        'Too many files are on their way just now. Please try again shortly.',
        {
          retryAfterSeconds: 5,
        },
      );
    }
    this.taken += 1;
    let held = true;
    return () => {
      if (held) this.taken -= 1;
      held = false;
    };
  }
}
