import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { NotAsExpected } from './failure.js';

const message = z.object({
  messageId: z.string().nullable(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
  headers: z.record(z.string(), z.string()),
});
export type Mail = z.output<typeof message>;

/** What is in someone's mailbox now, newest first. */
export async function mailsTo(mailboxUrl: string, address: string): Promise<Mail[]> {
  const response = await fetch(new URL(`/messages?to=${encodeURIComponent(address)}`, mailboxUrl));
  return z.array(message).parse(await response.json());
}

/** Waits for the e-mail to someone that links to a case. */
export async function mailAbout(
  mailboxUrl: string,
  address: string,
  link: string,
  within = 60_000,
): Promise<Mail> {
  const deadline = Date.now() + within;
  for (;;) {
    const mails = await mailsTo(mailboxUrl, address).catch(() => []);
    const found = mails.find((mail) => mail.text.includes(link));
    if (found) return found;
    if (Date.now() > deadline) {
      const many = String(mails.length);
      throw new NotAsExpected(
        `an e-mail to ${address} about the case within ${String(within / 1000)} s`,
        `${many} e-mails about other things`,
      );
    }
    await sleep(100);
  }
}

/** Everything of a mail that could carry text, as one string. */
export const wholeMail = (mail: Mail): string =>
  [mail.subject, mail.text, ...Object.entries(mail.headers).flat()].join('\n');
