import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Hook {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly at: number;
}

type Answer = (response: ServerResponse, hook: Hook) => void;

/** A trust's own server that takes webhooks, and counts who connects. */
export class Receiver {
  readonly hooks: Hook[] = [];
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private readonly answers = new Map<string, Answer>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const receiver = new Receiver(server, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => {
      receiver.connections += 1;
      receiver.sockets.add(socket);
    });
    server.on('request', (request, response) => void receiver.take(request, response));
    return receiver;
  }

  at = (path: string): string => `http://127.0.0.1:${String(this.port)}${path}`;

  /** How a path answers from now on; 204 when it was not said. */
  answer(path: string, answer: Answer | number): void {
    this.answers.set(
      path,
      typeof answer === 'number' ? (response) => response.writeHead(answer).end('thank you') : answer,
    );
  }

  of = (path: string): Hook[] => this.hooks.filter((hook) => hook.path === path);

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const hook = {
      path: request.url ?? '',
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString('utf8'),
      at: performance.now(),
    };
    this.hooks.push(hook);
    const answer = this.answers.get(hook.path);
    if (answer) answer(response, hook);
    else response.writeHead(204).end();
  }
}

/** Whether a hook was signed with a secret, by the specification's own library. */
export function isSignedWith(secret: string, { body, headers }: Hook): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
