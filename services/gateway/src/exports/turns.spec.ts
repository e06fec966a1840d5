import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

/** Work that ends when it is told to. */
class Work {
  readonly done: string[] = [];
  private readonly ends = new Map<string, () => void>();

  make(name: string): () => Promise<string> {
    return () =>
      new Promise((resolve) => {
        this.ends.set(name, () => {
          this.done.push(name);
          resolve(name);
        });
      });
  }

  get begun(): string[] {
    return [...this.ends.keys()];
  }

  async end(name: string): Promise<void> {
    this.ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('taking turns', () => {
  it('has the others wait in the order in which they came, and goes on after a failure', async () => {
    const work = new Work();
    const turns = new Turns(1, 5);
    const failing = turns.take(() => Promise.reject(new Error('no')));
    const rest = ['a', 'b'].map((name) => turns.take(work.make(name)));
    await expect(failing).rejects.toThrow('no');
    await work.end('nothing');
    expect(work.begun).toEqual(['a']);
    await work.end('a');
    expect(work.begun).toEqual(['a', 'b']);
    await work.end('b');
    expect(await Promise.all(rest)).toEqual(['a', 'b']);
  });

  it('turns away whom there is no room for, until there is', async () => {
    const work = new Work();
    const turns = new Turns(2, 1);
    const taken = ['a', 'b', 'c'].map((name) => turns.take(work.make(name)));
    await expect(turns.take(work.make('d'))).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 5,
    });
    await work.end('a');
    taken.push(turns.take(work.make('e')));
    for (const name of ['b', 'c', 'e']) await work.end(name);
    expect(await Promise.all(taken)).toEqual(['a', 'b', 'c', 'e']);
  });

  it('lets go of who has left, whose place another gets', async () => {
    const work = new Work();
    const turns = new Turns(1, 1);
    const first = turns.take(work.make('a'));
    const leaver = new AbortController();
    const left = turns.take(work.make('b'), leaver.signal);
    leaver.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    const stays = turns.take(work.make('c'));
    await work.end('a');
    expect(work.begun).toEqual(['a', 'c']);
    await work.end('c');
    expect(await Promise.all([first, stays])).toEqual(['a', 'c']);
    await expect(turns.take(work.make('d'), leaver.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(work.begun).toEqual(['a', 'c']);
    const last = turns.take(work.make('e'));
    await work.end('e');
    expect(await last).toBe('e');
  });
});
