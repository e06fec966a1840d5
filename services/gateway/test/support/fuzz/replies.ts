import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { document, type Operation } from './operations.js';

const ajv = new Ajv({ strict: false, allErrors: false });
formats.default(ajv);

const problemSchema = ajv.compile(document.components.schemas['Problem']!);
ajv.addSchema({ $id: 'api', components: document.components });
/** A schema out of the document, whose references still lead into it. */
const pointingInto = (id: string, schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', `"${id}#/components/`)) as object;

const compiled = new Map<unknown, ValidateFunction>();
function validatorOf(schema: object): ValidateFunction {
  const known = compiled.get(schema) ?? ajv.compile(pointingInto('api', schema));
  compiled.set(schema, known);
  return known;
}

/** What must not be told to anyone: where our code lies, and what other programs said to it. */
const inner = /node_modules|\.[jt]s:\d+|    at |ECONN|postgres|SQLSTATE|syntax error at|duplicate key|rpc\./;

/** What is wrong about a reply by the API document; undefined when nothing is. */
export async function complaintAbout(
  { responses, method }: Operation,
  reply: Response,
  learn: (body: unknown) => void,
): Promise<string | undefined> {
  const { status } = reply;
  const documented = responses[String(status)];
  if (status >= 500 || !documented) {
    return `answered ${String(status)}${documented ? '' : ', which is not documented'}: ${await reply.text()}`;
  }
  const [mediaType = '', content] = Object.entries(documented.content ?? {})[0] ?? [];
  const said = reply.headers.get('content-type')?.split(';')[0] ?? '';
  if (method === 'HEAD' || status === 302 || said === 'text/event-stream') {
    await reply.body?.cancel();
    return undefined;
  }
  const text = await reply.text();
  if (said !== mediaType && !(mediaType === 'application/octet-stream' && status < 300)) {
    return `answered ${String(status)} as ${said}, not ${mediaType}`;
  }
  if (mediaType === 'application/problem+json')
    return complaintAboutProblem(text, status, documented.description);
  if (mediaType !== 'application/json') return undefined;
  const validate = validatorOf(content?.schema ?? {});
  const body: unknown = JSON.parse(text);
  if (status < 400) learn(body);
  if (validate(body)) return undefined;
  return `answered ${String(status)} with a body that is not as documented: ${ajv.errorsText(validate.errors)} in ${text.slice(0, 500)}`;
}

function complaintAboutProblem(text: string, status: number, description: string): string | undefined {
  const problem = JSON.parse(text) as { status: number; code: string; type: string };
  if (!problemSchema(problem))
    return `answered a problem that is none: ${ajv.errorsText(problemSchema.errors)} in ${text}`;
  if (problem.status !== status) return `answered ${String(status)} and said ${text}`;
  const codes = /^Code (.+)\.$/.exec(description)?.[1]?.split(' or ') ?? [];
  if (!codes.includes(problem.code))
    return `answered ${String(status)} ${problem.code}, documented is ${codes.join(', ')}: ${text}`;
  return inner.test(text) ? `told what is inside: ${text}` : undefined;
}
