import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long requests in hand may take once a service stops, in milliseconds; within what `startService` allows in all. */
const drainLimitMs = 15_000;

/**
 * Prepares a server to be closed while clients hold on to it. `close` of Node waits for every connection that is not idle
 * between two requests, so these have to be let go of by us.
 * @returns what to call when the closing begins.
 */
export function drainOf(server: Server): () => void {
  const open = new Set<Socket>();
  /** Their request was answered, but they go on sending its body, which nobody wants. */
  const answered = new Set<Socket>();
  let draining = false;

  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      answered.delete(socket);
    });
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    response.once('finish', () => {
      if (request.complete) return;
      if (draining) socket.destroySoon();
      answered.add(socket);
      request.once('end', () => answered.delete(socket));
    });
  });

  return () => {
    draining = true;
    // Browsers open connections ahead of need; Node counts one on which nothing was ever sent as busy.
    for (const socket of open) if (socket.bytesRead === 0 || answered.has(socket)) socket.destroy();
    const limit = setTimeout(() => {
      server.closeAllConnections();
    }, drainLimitMs);
    server.once('close', () => {
      clearTimeout(limit);
    });
  };
}
