export interface Held {
  readonly stale: boolean;
  readonly holder?: undefined;
  release(): void;
}
export interface Busy {
  readonly holder: number;
  readonly release?: undefined;
}
export function holderOf(path: string): number | undefined;
export function tryLock(path: string): Held | Busy;
export function withLock<T>(
  path: string,
  work: () => Promise<T> | T,
  onWait?: (pid: number) => void,
): Promise<T>;
