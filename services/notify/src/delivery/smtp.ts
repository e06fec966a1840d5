import { createTransport } from 'nodemailer';
import type { MailConfig } from '../config.js';
import { classifySmtpError, smtpErrorCode, type SmtpFailure } from '../domain/smtp-outcome.js';
import type { MailText } from '../domain/mail-text.js';

/** Mails handed over at once, each on a connection of its own that is kept for the next. */
export const parallelMails = 4;

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export interface Handover extends MailText {
  readonly messageId: string;
  readonly to: string;
}

/** How a hand-over went wrong; `code` is fit for rows and logs. */
export interface HandoverFailure {
  readonly outcome: SmtpFailure;
  readonly code: string;
}

/** The mail server, through a pool of connections. */
export class Smtp {
  private readonly pool;

  constructor(private readonly config: MailConfig) {
    const local = loopback.test(new URL(config.smtpUrl).hostname);
    this.pool = createTransport({
      url: config.smtpUrl,
      pool: true,
      maxConnections: parallelMails,
      // Retrying is decided by rows, which survive a crash, and never inside the pool.
      maxRequeues: 0,
      connectionTimeout: 5_000,
      greetingTimeout: 10_000,
      // Scanners may take minutes over a message before they acknowledge it.
      socketTimeout: 120_000,
      // Beyond this machine nothing travels in the clear; on it, there is no certificate to check.
      ...(local ? { ignoreTLS: true } : { requireTLS: true }),
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** Hands one mail to the server. @returns undefined when the server took it. */
  async handOver({ messageId, to, subject, text }: Handover): Promise<HandoverFailure | undefined> {
    try {
      await this.pool.sendMail({
        from: this.config.from,
        // As an object, so that an address is one address however it is written.
        to: { name: '', address: to },
        subject,
        text,
        messageId,
        // Keeps out-of-office replies from answering.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return undefined;
    } catch (error) {
      const failure = typeof error === 'object' && error !== null ? error : {};
      return { outcome: classifySmtpError(failure), code: smtpErrorCode(failure) };
    }
  }

  close(): void {
    this.pool.close();
  }
}
