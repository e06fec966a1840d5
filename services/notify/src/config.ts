import { loadConfig, parseEnv, type ServiceConfig } from '@definitivedx/bus';
import { egressSettings, type EgressSettings } from '@definitivedx/egress';
import { z } from 'zod';

/** One mail address, with or without a name before it; no line break can get into a header through it. */
const sender = z
  .string()
  .max(320)
  .regex(
    /^(?:"?[^\p{Cc}<>"@,;]+"? <[^\s<>"@,;]+@[^\s<>"@,;]+>|[^\s<>"@,;]+@[^\s<>"@,;]+)$/u,
    'is not a mail address such as DefinitiveDx <no-reply@example.org>',
  );

/** Environment of notify beside that of every service. */
export const notifyEnv = {
  SMTP_URL: z.url({
    protocol: /^smtps?$/,
    error: 'is not an address such as smtps://user:password@mail.example.org',
  }),
  MAIL_FROM: sender,
  PUBLIC_URL: z.url({ protocol: /^https?$/ }),
  OPERATIONS_MAIL: z.email().max(254).default('operations@demo.invalid'),
  HAND_OVER_ACCEPT_MINUTES: z.coerce.number().int().min(1).max(1_440).default(30),
};

export interface MailConfig {
  readonly smtpUrl: string;
  readonly from: string;
  /** Address of the gateway, for links. */
  readonly publicUrl: string;
  /** Where alerts go. */
  readonly operations: string;
}

export interface NotifyConfig extends ServiceConfig {
  readonly mail: MailConfig;
  /** A hand-over not accepted within this time goes to the panel's lead, and is chased again each time it passes. */
  readonly handOverAcceptMinutes: number;
  /** Which addresses that organisations name may be called; the strict rule when absent. */
  readonly egress?: EgressSettings;
  /** How long an endpoint may take to answer; 15 seconds when absent. */
  readonly webhookTimeoutMs?: number;
}

/** The configuration of notify from its environment. @throws Error with one line per wrong variable. */
export function loadNotifyConfig(env: NodeJS.ProcessEnv = process.env): NotifyConfig {
  const { SMTP_URL, MAIL_FROM, PUBLIC_URL, OPERATIONS_MAIL, HAND_OVER_ACCEPT_MINUTES } = parseEnv(
    notifyEnv,
    env,
  );
  return {
    ...loadConfig('notify', env),
    mail: { smtpUrl: SMTP_URL, from: MAIL_FROM, publicUrl: PUBLIC_URL, operations: OPERATIONS_MAIL },
    handOverAcceptMinutes: HAND_OVER_ACCEPT_MINUTES,
    egress: egressSettings(env),
  };
}
