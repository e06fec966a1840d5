import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { EventContract, RequestContract } from '@definitivedx/contracts';

/** Answers a request: `method(input, context: RequestContext)` returns the reply. */
export const Responds = (contract: RequestContract): MethodDecorator =>
  handler(MessagePattern(contract.subject, { contract }));

/**
 * Handles an event, exactly once in effect: `method(data, context: EventContext)`.
 * It runs inside the transaction that records the inbox row; throwing rolls both back and the event comes again.
 */
export const Consumes = (contract: EventContract): MethodDecorator =>
  handler(EventPattern(contract.subject, { contract }) as MethodDecorator);

/** Also names both parameters: without their decorators Nest passes the first one only. */
function handler(pattern: MethodDecorator): MethodDecorator {
  return (target, key, descriptor) => {
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    pattern(target, key, descriptor);
  };
}
