import { readFileSync, readdirSync } from 'node:fs';

const ticksPerSecond = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
  /** Of children that have ended and been waited for. */
  readonly endedTicks: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [own, ended] = [Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14])];
    return { pid, parent: Number(fields[1]), ticks: own, endedTicks: ended };
  } catch {
    return undefined;
  }
}

/** CPU seconds used so far by a process and its children (PostgreSQL's backends are children of its server). */
function cpuSeconds(stats: readonly Stat[], root: number): number {
  const ticks = stats
    .filter((s) => s.pid === root || s.parent === root)
    .reduce((sum, s) => sum + s.ticks + (s.pid === root ? s.endedTicks : 0), 0);
  return ticks / ticksPerSecond;
}

/** CPU seconds used so far, by the name of each process. */
export type CpuUsed = Readonly<Record<string, number>>;

/** Reads what each of the processes has used until now. */
export function cpuUsed(processes: Readonly<Record<string, number>>): CpuUsed {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  return Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, cpuSeconds(stats, pid)]));
}

/** What was used between two readings. */
export const cpuBetween = (before: CpuUsed, after: CpuUsed): CpuUsed =>
  Object.fromEntries(Object.entries(after).map(([name, used]) => [name, used - (before[name] ?? 0)]));

export const total = (used: CpuUsed): number => Object.values(used).reduce((sum, one) => sum + one, 0);

const sliceMs = 500;
/** Less than this share of one core, and nothing is being worked off any more. */
const quietShare = 0.15;

/**
 * Waits until what happens after the answers (relay, consumers, mail) is done, two slices in a row, at most a minute:
 * it belongs to the operations measured, and must not be counted with the next ones.
 */
export async function untilQuiet(processes: Readonly<Record<string, number>>): Promise<void> {
  let before = cpuUsed(processes);
  let quiet = 0;
  for (let i = 0; i < 120 && quiet < 2; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, sliceMs));
    const now = cpuUsed(processes);
    quiet = total(cpuBetween(before, now)) < (quietShare * sliceMs) / 1000 ? quiet + 1 : 0;
    before = now;
  }
}
