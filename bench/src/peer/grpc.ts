import { connect, type Socket } from 'node:net';

/**
 * Unary gRPC over one HTTP/2 connection, as little as it takes (RFC 9113): Node's own HTTP/2 costs a load generator more
 * than the server spends on a check, and the generator shares the machine with what it measures.
 */
export class GrpcConnection {
  private readonly waiting = new Map<
    number,
    { resolve: (message: Buffer) => void; reject: (e: Error) => void }
  >();
  private readonly messages = new Map<number, Buffer>();
  private rest: Buffer = Buffer.alloc(0);
  private nextStream = 1;

  private constructor(
    private readonly socket: Socket,
    private readonly headers: Buffer,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.receive(this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]));
    });
    socket.on('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the connection was closed'));
    });
    socket.on('error', () => undefined);
  }

  /** @param path of the one method that is called over this connection */
  static async open({ hostname, port, host }: URL, path: string): Promise<GrpcConnection> {
    const socket = connect(Number(port), hostname);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const headers = headerBlock({
      ':method': 'POST',
      ':scheme': 'http',
      ':path': path,
      ':authority': host,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const window = Buffer.alloc(4);
    // What comes is a few bytes each: with all the window there is, none has to be given back.
    window.writeUInt32BE(2 ** 31 - 1 - 65_535);
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.write(
      Buffer.concat([frame(type.settings, 0, 0, Buffer.alloc(0)), frame(type.windowUpdate, 0, 0, window)]),
    );
    return new GrpcConnection(socket, headers);
  }

  /** @returns the reply's message, in protobuf. @throws Error when the server answers with a status only. */
  call(message: Buffer): Promise<Buffer> {
    const stream = this.nextStream;
    this.nextStream += 2;
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    this.socket.write(
      Buffer.concat([
        frame(type.headers, flag.endHeaders, stream, this.headers),
        frame(type.data, flag.endStream, stream, Buffer.concat([prefix, message])),
      ]),
    );
    return new Promise((resolve, reject) => {
      this.waiting.set(stream, { resolve, reject });
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(bytes: Buffer): void {
    let at = 0;
    while (bytes.length - at >= 9) {
      const end = at + 9 + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      this.handle(
        bytes[at + 3] ?? 0,
        bytes[at + 4] ?? 0,
        bytes.readUInt32BE(at + 5),
        bytes.subarray(at + 9, end),
      );
      at = end;
    }
    this.rest = bytes.subarray(at);
  }

  private handle(kind: number, flags: number, stream: number, payload: Buffer): void {
    if (kind === type.settings && (flags & flag.ack) === 0) {
      this.socket.write(frame(type.settings, flag.ack, 0, Buffer.alloc(0)));
    }
    if (kind === type.ping && (flags & flag.ack) === 0)
      this.socket.write(frame(type.ping, flag.ack, 0, payload));
    if (kind === type.goAway) this.socket.destroy();
    if (kind === type.data && payload.length > 0) {
      const earlier = this.messages.get(stream);
      this.messages.set(stream, earlier ? Buffer.concat([earlier, payload]) : payload);
    }
    const ended =
      kind === type.reset ||
      ((kind === type.headers || kind === type.data) && (flags & flag.endStream) !== 0);
    if (ended) this.finish(stream);
  }

  private finish(stream: number): void {
    const message = this.messages.get(stream);
    const asker = this.waiting.get(stream);
    this.messages.delete(stream);
    this.waiting.delete(stream);
    // A reply that failed has no message; an empty one still has its five bytes of length.
    if (message) asker?.resolve(message.subarray(5));
    else asker?.reject(new Error('the gRPC server refused'));
  }
}

const type = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const flag = { endStream: 1, ack: 1, endHeaders: 4 } as const;

function frame(kind: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = kind;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** HPACK without tables (RFC 7541, 6.2.2): each header literally, which is short and the same for every call. */
function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  return Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]),
  );
}
