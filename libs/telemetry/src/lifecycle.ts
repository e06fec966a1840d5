const SHUTDOWN_MS = 3000;

let stop: (() => Promise<void>) | undefined;

/** Remembers how to flush and stop; set by start.ts once something was started. */
export function onShutdown(shutdown: () => Promise<void>): void {
  stop = shutdown;
}

/**
 * Writes out the spans still held and stops tracing. Call it last when draining: later spans are not recorded.
 * Takes at most 3 s and never fails, so that an absent collector cannot hold up a stop.
 */
export async function shutdownTelemetry(): Promise<void> {
  const shutdown = stop;
  stop = undefined;
  if (!shutdown) return;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SHUTDOWN_MS);
  });
  await Promise.race([shutdown().catch(() => undefined), patience]);
  clearTimeout(timer);
}
