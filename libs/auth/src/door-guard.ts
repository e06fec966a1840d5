import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppError, forbidden } from '@definitivedx/errors';
import type { Who } from '@definitivedx/contracts';
import { assertAllowed, type Caller } from './caller.js';

const doorKey = 'definitivedx:door';

/** What an HTTP route demands: nothing, or a member. */
export type Door = 'open' | Who;

/** Anyone may come in. */
export const Open = (): MethodDecorator & ClassDecorator => SetMetadata(doorKey, 'open' satisfies Door);

/** Only signed-in members, who have accepted the texts in force unless said otherwise. */
export const ForMembers = (options: Pick<Who, 'beforeConsent'> = {}): MethodDecorator & ClassDecorator =>
  SetMetadata(doorKey, { members: 'any', ...options } satisfies Door);

/** Those a request's contract names, and nobody else. */
export const For = (who: Who): MethodDecorator & ClassDecorator => SetMetadata(doorKey, who satisfies Door);

/** A request whose caller, if any, was verified by a hook that ran before the guard. */
export interface WithCaller {
  caller?: Caller;
}

/** Default deny: a route without a declared door lets nobody in. */
@Injectable()
export class DoorGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    // The bus lets nobody in who is not in the contract, before Nest hears of it.
    if (context.getType() !== 'http') return true;
    const door = doorOf(this.reflector, context);
    if (door === undefined) throw forbidden('This address is closed.');
    if (door === 'open') return true;
    const { caller } = context.switchToHttp().getRequest<WithCaller>();
    if (!caller) throw new AppError('not-signed-in', 'Please sign in first.');
    assertAllowed(door, caller);
    return true;
  }
}

/** The declared door of a route; undefined when it has none. */
export const doorOf = (
  reflector: Reflector,
  context: Pick<ExecutionContext, 'getHandler' | 'getClass'>,
): Door | undefined =>
  reflector.getAllAndOverride<Door | undefined>(doorKey, [context.getHandler(), context.getClass()]);

/** The verified caller of a request behind a member door. */
export function callerOf(request: WithCaller): Caller {
  if (!request.caller) throw new AppError('not-signed-in', 'Please sign in first.');
  return request.caller;
}
