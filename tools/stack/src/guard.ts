import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Reads `+ pid` and `- pid` lines. When the pipe closes, because whoever held it ended in whatever way, the processes
 * that are still listed are asked to end, then PostgreSQL's way (INT: drop the clients), then made to.
 */
const script = `
trap '' INT TERM HUP
pids=
while read -r op pid; do
  case $op in
    +) pids="$pids $pid" ;;
    -) kept=; for p in $pids; do [ "$p" = "$pid" ] || kept="$kept $p"; done; pids=$kept ;;
  esac
done
wait_gone() {
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    alive=; for p in $pids; do kill -0 "$p" 2>/dev/null && alive="$alive $p"; done
    pids=$alive; [ -z "$pids" ] && exit 0; sleep 0.25
  done
}
[ -z "$pids" ] && exit 0
kill -TERM $pids 2>/dev/null; wait_gone
kill -INT $pids 2>/dev/null; wait_gone
kill -KILL $pids 2>/dev/null
`;

let guard: ChildProcess | undefined;

function tell(line: string): void {
  if (guard === undefined) {
    guard = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    // Without /bin/sh nothing is lost but the protection against `kill -9` of this process.
    guard.on('error', () => undefined);
    guard.stdin?.on('error', () => undefined);
    guard.unref();
    // The pipe must not keep this process alive either.
    (guard.stdin as { unref?: () => void } | null)?.unref?.();
  }
  guard.stdin?.write(`${line}\n`);
}

/** From now on the process ends soon after this one does, even when this one is killed with `kill -9`. */
export const guardProcess = (pid: number): void => {
  tell(`+ ${String(pid)}`);
};

/** The process has ended: its id may be given to another one. */
export const releaseProcess = (pid: number): void => {
  tell(`- ${String(pid)}`);
};
