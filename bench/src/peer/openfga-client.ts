import { Agent } from 'node:http';
import { send } from '../load.js';
import { GrpcConnection } from './grpc.js';
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

/** Its gRPC API: `CheckRequest` is written and `CheckResponse` read by hand. */
export async function overGrpc({ grpcUrl, storeId, modelId }: Store): Promise<Checker> {
  const connection = await GrpcConnection.open(grpcUrl, '/openfga.v1.OpenFGAService/Check');
  const [store, model, relation] = [field(1, storeId), field(4, modelId), field(2, 'viewer')];
  return {
    name: 'gRPC',
    async check({ caseId, memberId }) {
      const key = Buffer.concat([field(1, `user:${memberId}`), relation, field(3, `case:${caseId}`)]);
      const reply = await connection.call(Buffer.concat([store, field(2, key), model]));
      // Field 1, a boolean, which is left out when it is false.
      return reply[0] === 8 && reply[1] === 1;
    },
    close: () => {
      connection.close();
    },
  };
}
