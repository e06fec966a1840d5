import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Entry {
  readonly payload: AdapterPayload;
  /** Milliseconds since 1970; absent: never. */
  readonly expiresAt?: number;
}

/** More is not kept: the oldest go first, so that the file stays small however long the demo runs. */
const maxEntries = 5000;
const writeAfter = 100;

/** What the provider remembers (sessions, codes, grants), in one JSON file. For one process and few people. */
export class Store {
  readonly #entries: Map<string, Entry>;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly file: string) {
    this.#entries = new Map(
      existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as [string, Entry][]) : [],
    );
  }

  /** The provider's view of one kind of thing. */
  adapter(model: string): Adapter {
    const key = (id: string): string => `${model}:${id}`;
    const findBy = (field: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
      for (const [name, entry] of this.#entries) {
        if (name.startsWith(`${model}:`) && entry.payload[field] === value) return this.#live(name);
      }
      return undefined;
    };
    return {
      upsert: async (id, payload, expiresIn) => {
        this.#entries.delete(key(id));
        const expiry = expiresIn === undefined ? {} : { expiresAt: Date.now() + expiresIn * 1000 };
        this.#entries.set(key(id), { payload, ...expiry });
        this.#changed();
      },
      find: async (id) => this.#live(key(id)),
      findByUid: async (uid) => findBy('uid', uid),
      findByUserCode: async (code) => findBy('userCode', code),
      consume: async (id) => {
        const payload = this.#live(key(id));
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
        this.#changed();
      },
      destroy: async (id) => {
        this.#entries.delete(key(id));
        this.#changed();
      },
      revokeByGrantId: async (grantId) => {
        for (const [name, entry] of this.#entries) {
          if (entry.payload.grantId === grantId) this.#entries.delete(name);
        }
        this.#changed();
      },
    };
  }

  /** Writes what is not written yet. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = Date.now();
    for (const [name, { expiresAt }] of this.#entries) {
      if (expiresAt !== undefined && expiresAt <= now) this.#entries.delete(name);
    }
    for (const name of this.#entries.keys()) {
      if (this.#entries.size <= maxEntries) break;
      this.#entries.delete(name);
    }
    writeFileSync(`${this.file}.new`, JSON.stringify([...this.#entries]), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }

  #live(name: string): AdapterPayload | undefined {
    const entry = this.#entries.get(name);
    if (entry?.expiresAt !== undefined && entry.expiresAt <= Date.now()) return undefined;
    return entry?.payload;
  }

  #changed(): void {
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, writeAfter);
  }
}
