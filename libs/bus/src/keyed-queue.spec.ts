import { describe, expect, it } from '@jest/globals';
import { KeyedQueue } from './keyed-queue.js';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a keyed queue', () => {
  it('runs tasks of one key one after the other, in order', async () => {
    const queue = new KeyedQueue(4);
    const order: string[] = [];
    const task = (name: string) => async () => {
      order.push(`${name} starts`);
      await tick();
      order.push(`${name} ends`);
    };
    await Promise.all([queue.run('k', task('first')), queue.run('k', task('second'))]);
    expect(order).toEqual(['first starts', 'first ends', 'second starts', 'second ends']);
  });

  it('runs tasks of different keys side by side, never more than its limit', async () => {
    const queue = new KeyedQueue(3);
    let running = 0;
    let most = 0;
    const task = async () => {
      running += 1;
      most = Math.max(most, running);
      await tick();
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => queue.run(String(i), task)));
    expect(most).toBe(3);
  });

  it('is idle only when everything is done', async () => {
    const queue = new KeyedQueue(1);
    let done = 0;
    for (let i = 0; i < 5; i += 1) {
      void queue.run(String(i % 2), async () => {
        await tick();
        done += 1;
      });
    }
    await queue.idle();
    expect(done).toBe(5);
  });
});
