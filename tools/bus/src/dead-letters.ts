import { listDeadLetters, messagingServices, replayDeadLetter } from '@definitivedx/contracts';
import { AppError } from '@definitivedx/errors';
import { connectTool, toolConfigFromEnv } from './tool.js';

const usage = `Usage: npm run dead-letters                       lists events that were given up on
       npm run dead-letters -- replay <service> <id>  hands one to its handler again
       npm run dead-letters -- replay <service> all   hands all of a service's again`;

const [command = 'list', service, id] = process.argv.slice(2);
const bus = await connectTool('operator', toolConfigFromEnv());
try {
  if (command === 'list') await list();
  else if (command === 'replay' && isMessagingService(service) && id) await replay(service, id);
  else {
    console.error(usage);
    process.exitCode = 2;
  }
} catch (error) {
  console.error(error instanceof AppError ? error.message : error);
  process.exitCode = 1;
} finally {
  await bus.close();
}

type MessagingService = (typeof messagingServices)[number];

function isMessagingService(value: string | undefined): value is MessagingService {
  return (messagingServices as readonly (string | undefined)[]).includes(value);
}

async function list(): Promise<void> {
  let found = 0;
  for (const name of messagingServices) {
    const { deadLetters } = await bus.request(listDeadLetters(name), await bus.self(), { limit: 200 });
    for (const letter of deadLetters) {
      found += 1;
      const state = letter.replayedAt ? `replayed ${letter.replayedAt}` : 'waiting';
      console.log(
        [
          letter.at,
          name,
          letter.deadLetterId,
          letter.subject,
          letter.errorCode,
          state,
          letter.traceId ?? '',
        ].join('  '),
      );
    }
  }
  if (found === 0) console.log('There are no dead letters.');
}

async function replay(name: MessagingService, which: string): Promise<void> {
  const self = await bus.self();
  const ids =
    which === 'all'
      ? (await bus.request(listDeadLetters(name), self, { limit: 200 })).deadLetters
          .filter((letter) => letter.replayedAt === null)
          .map((letter) => letter.deadLetterId)
      : [which];
  for (const deadLetterId of ids) {
    const { outcome } = await bus.request(replayDeadLetter(name), self, { deadLetterId });
    console.log(`${deadLetterId}  ${outcome}`);
  }
  if (ids.length === 0) console.log('Nothing waits to be replayed.');
}
