import { Agent } from 'node:http';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { send } from '../load.js';
import type { Question } from '../access/questions.js';

/** Where a check goes: a store and the model that its tuples are read by. */
export interface Store {
  readonly httpUrl: URL;
  readonly grpcUrl: URL;
  readonly storeId: string;
  readonly modelId: string;
}

type Pair = Pick<Question, 'caseId' | 'memberId'>;

/** One of OpenFGA's two ways to ask whether somebody may see a case. */
export interface Checker {
  readonly name: 'HTTP' | 'gRPC';
  check(pair: Pair): Promise<boolean>;
  close(): void;
}

/** Its HTTP API over kept connections. */
export function overHttp({ httpUrl, storeId, modelId }: Store, connections: number): Checker {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    name: 'HTTP',
    async check({ caseId, memberId }) {
      const body = JSON.stringify({
        tuple_key: { user: `user:${memberId}`, relation: 'viewer', object: `case:${caseId}` },
        authorization_model_id: modelId,
      });
      const { status, body: reply } = await send(agent, httpUrl, {
        method: 'POST',
        path: `/stores/${storeId}/check`,
        body,
      });
      if (status !== 200) throw new Error(`OpenFGA answered ${String(status)}: ${reply}`);
      return (JSON.parse(reply) as { allowed: boolean }).allowed;
    },
    close: () => {
      agent.destroy();
    },
  };
}

/** A protobuf field of bytes or text shorter than 16 kB. */
function field(number: number, value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
}

/** Its gRPC API: `CheckRequest` written and `CheckResponse.allowed` read by hand, over one multiplexed connection. */
export function overGrpc({ grpcUrl, storeId, modelId }: Store): Checker {
  const session: ClientHttp2Session = connect(grpcUrl);
  const headers = {
    ':method': 'POST',
    ':path': '/openfga.v1.OpenFGAService/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
  };
  const [store, model, relation] = [field(1, storeId), field(4, modelId), field(2, 'viewer')];
  return {
    name: 'gRPC',
    check: ({ caseId, memberId }) =>
      new Promise((resolve, reject) => {
        const key = Buffer.concat([field(1, `user:${memberId}`), relation, field(3, `case:${caseId}`)]);
        const message = Buffer.concat([store, field(2, key), model]);
        const frame = Buffer.alloc(5);
        frame.writeUInt32BE(message.length, 1);
        const stream = session.request(headers);
        const parts: Buffer[] = [];
        let failure = 'no status';
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('trailers', (trailers: IncomingHttpHeaders) => {
          failure =
            trailers['grpc-status'] === '0'
              ? ''
              : `${String(trailers['grpc-status'])} ${String(trailers['grpc-message'])}`;
        });
        stream.on('error', reject);
        stream.on('end', () => {
          // After the five bytes of the frame: field 1, a boolean, which is left out when it is false.
          const reply = Buffer.concat(parts).subarray(5);
          if (failure === '') resolve(reply[0] === 8 && reply[1] === 1);
          else reject(new Error(`OpenFGA answered ${failure}`));
        });
        stream.end(Buffer.concat([frame, message]));
      }),
    close: () => {
      session.close();
    },
  };
}
