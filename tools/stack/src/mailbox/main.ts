// A mail server for development and tests: takes every message, keeps it, shows it, and sends none on.
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { z } from 'zod';
import { MailStore } from './store.js';
import { createWeb, type Refusing } from './web.js';

const port = z.coerce.number().int().min(1).max(65_535);
const parsed = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: port,
    SMTP_PORT: port,
    MAIL_DIR: z.string().min(1),
    MAIL_LIMIT: z.coerce.number().int().min(1).default(1000),
  })
  .safeParse(process.env);
if (!parsed.success) {
  console.error(`The mailbox's settings are not right:\n${z.prettifyError(parsed.error)}`);
  process.exit(1);
}
const config = parsed.data;

const maxMessageBytes = 2_000_000;
const store = new MailStore(config.MAIL_DIR, config.MAIL_LIMIT);
await store.load();
const refusing: Refusing = { left: 0, code: 451 };

const smtpError = (message: string, responseCode: number): Error =>
  Object.assign(new Error(message), { responseCode });

async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  if (stream.sizeExceeded) throw smtpError('The message is too large', 552);
  if (refusing.left > 0) {
    refusing.left -= 1;
    throw smtpError('Try again later, as a test asked for', refusing.code);
  }
  const { mailFrom, rcptTo } = session.envelope;
  await store.add(Buffer.concat(chunks), {
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
  });
}

const smtp = new SMTPServer({
  banner: 'DefinitiveDx development mailbox',
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  size: maxMessageBytes,
  onData: (stream, session, callback) => {
    receive(stream, session).then(
      () => {
        callback(null);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)));
      },
    );
  },
});
smtp.on('error', (error) => {
  // A client that goes away in the middle is its own affair; not being able to listen is not.
  console.error(error.message);
  if ('syscall' in error && error.syscall === 'listen') process.exit(1);
});
const web = createWeb(store, refusing);
// SMTP first: the page answers "ready" for both.
smtp.listen(config.SMTP_PORT, '127.0.0.1', () => {
  web.listen(config.PORT, config.HOST);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    smtp.close(() => process.exit(0));
    web.close();
    web.closeAllConnections();
    setTimeout(() => process.exit(0), 2000).unref();
  });
}
