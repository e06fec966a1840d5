import { stripVTControlCharacters } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { shapeOf } from './error-shape.js';
import { leastLevel, writeLine, type Level } from './log.js';
import { isCode, REDACTED } from './safe.js';

/** Nest's own contexts whose texts name modules, routes and addresses only. */
const framework = new Set([
  'NestFactory',
  'NestApplication',
  'NestMicroservice',
  'InstanceLoader',
  'PackageLoader',
  'RoutesResolver',
  'RouterExplorer',
  'LegacyRouteConverter',
  'MiddlewareModule',
]);
/** One line per module and route: wanted when looking for a fault, noise otherwise. */
const chatty = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);
/** Raised by Nest while it wires modules, before any request: their text names classes and says what to mend. */
const wiring =
  /^(?:(?:Unknown|Undefined)Dependenc(?:y|ies)|CircularDependency|UndefinedForwardRef|UnknownExport|UnknownModule|UndefinedModule|InvalidModule|InvalidClass|InvalidClassModule|InvalidClassScope)Exception$/;
const MAX_TEXT = 600;

/** Nest's logger in our line format. Text is written for Nest's own contexts only; errors follow the error rule. */
export class NestLogger implements LoggerService {
  readonly #least = leastLevel();

  log(message: unknown, ...rest: unknown[]): void {
    this.#write(chatty.has(contextOf(rest) ?? '') ? 'debug' : 'info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  #write(level: Level, message: unknown, rest: readonly unknown[]): void {
    if (['debug', 'info', 'warn', 'error'].indexOf(level) < this.#least) return;
    const context = contextOf(rest);
    const error = message instanceof Error ? message : rest.find((value) => value instanceof Error);
    writeLine(level, 'nest', level === 'error' ? 'framework-error' : 'framework', {
      context: context === undefined || isCode(context) ? context : REDACTED,
      ...(message instanceof Error ? {} : { message: textOf(message, context) }),
      ...(error ? { error: shapeOf(error), ...hintOf(error) } : {}),
    });
  }
}

/** Nest passes the context last, after an optional stack. */
function contextOf(rest: readonly unknown[]): string | undefined {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : undefined;
}

function textOf(message: unknown, context: string | undefined): string {
  if (typeof message !== 'string') return REDACTED;
  return isCode(message) || framework.has(context ?? '') ? oneLine(message) : REDACTED;
}

const hintOf = (error: Error): { hint?: string } =>
  wiring.test(error.constructor.name) ? { hint: oneLine(error.message) } : {};

/** Nest colours its texts for a terminal. */
const oneLine = (text: string): string =>
  stripVTControlCharacters(text).replace(/\s+/g, ' ').slice(0, MAX_TEXT);
