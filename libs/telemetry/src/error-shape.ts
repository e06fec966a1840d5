import { isCode } from './safe.js';

/** What a log line holds of an error: never its message, which may quote a row, an input or a query. */
export interface ErrorShape {
  readonly name: string;
  readonly code?: string | number;
  readonly frames: readonly string[];
  readonly cause?: ErrorShape;
}

const MAX_FRAMES = 12;
const MAX_CAUSES = 3;
const frame =
  /^\s+at (?:(?:async |new )*([\w$.<>#]+)(?: \[as [\w$.]+\])? )?\(?((?:file:\/\/|node:|\/|[A-Za-z]:\\)[^()]*):(\d+):(\d+)\)?$/;

/** Reduces whatever was thrown to its class, its code and where in the code it came from. */
export function shapeOf(thrown: unknown, depth = 0): ErrorShape {
  if (!(thrown instanceof Error)) return { name: `thrown ${typeof thrown}`, frames: [] };
  const code: unknown = 'code' in thrown ? thrown.code : undefined;
  const shown = typeof code === 'number' || (typeof code === 'string' && isCode(code)) ? code : undefined;
  return {
    name: isCode(thrown.name) ? thrown.name : 'Error',
    ...(shown === undefined ? {} : { code: shown }),
    frames: framesOf(thrown),
    ...(thrown.cause === undefined || depth >= MAX_CAUSES ? {} : { cause: shapeOf(thrown.cause, depth + 1) }),
  };
}

function framesOf({ stack, message }: Error): string[] {
  if (typeof stack !== 'string') return [];
  // The message is cut out first, as one of its lines might look like a frame; then only true frames are kept,
  // because libraries append the text of inner errors to the stack.
  const at = message ? stack.indexOf(message) : -1;
  const body = at < 0 ? stack : stack.slice(at + message.length);
  const frames: string[] = [];
  for (const line of body.split('\n')) {
    const [, name = '', file, row, column] = frame.exec(line) ?? [];
    if (file === undefined) continue;
    frames.push(`${name ? `${name} ` : ''}${placeOf(file)}:${row ?? ''}:${column ?? ''}`);
    if (frames.length === MAX_FRAMES) break;
  }
  return frames;
}

/** From the workspace's folder on, so that a log does not tell where on the machine it is installed. */
function placeOf(file: string): string {
  if (file.startsWith('node:')) return file;
  const place =
    /[/\\]((?:node_modules|libs|services|tools|e2e)[/\\].*)$/.exec(file)?.[1] ??
    file.split(/[/\\]/).pop() ??
    '';
  return isCode(place) ? place : 'file';
}
