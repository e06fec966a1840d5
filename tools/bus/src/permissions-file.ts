import { allPermissions } from '@definitivedx/bus';
import {
  eventContracts,
  nudgeContracts,
  requestContracts,
  type Principal,
  type Who,
} from '@definitivedx/contracts';

/** Environment variable that holds a principal's public nkey when the NATS server reads its configuration. */
export const nkeyVariable = (principal: Principal): string => `${principal.toUpperCase()}_NKEY`;

const quoted = (subjects: readonly string[]): string => subjects.map((s) => `\n        "${s}"`).join('');

/** The authorization block of the NATS server: one nkey per principal, with only what its contracts name. */
export function natsPermissionsFile(): string {
  const users = allPermissions().map(
    ({ principal, permissions }) => `    {
      # ${principal}
      nkey: $${nkeyVariable(principal)}
      permissions: {
        publish: { allow: [${quoted(permissions.publish)}
        ] }
        subscribe: { allow: [${quoted(permissions.subscribe)}
        ] }
        # One reply to each request it received, and nowhere else.
        allow_responses: { max: 1, ttl: "60s" }
      }
    }`,
  );
  return `# Generated from libs/contracts by \`npm run generate\`. Do not edit.
authorization: {
  users: [
${users.join('\n')}
  ]
}
`;
}

/** Who may be behind a request, in words. */
function whoInWords(who: Who): string {
  const members = who.members === 'any' ? 'any member' : who.members?.join(', ');
  const parts = [
    members,
    who.clients?.length ? `program with scope ${who.clients.join(', ')}` : undefined,
    who.services?.length ? `service ${who.services.join(', ')}` : undefined,
  ];
  return `${parts.filter(Boolean).join('; ')}${who.beforeConsent ? ' (before consent)' : ''}`;
}

/** All subjects as a page for people. */
export function subjectsTable(): string {
  const requests = requestContracts.map(
    (c) => `| \`${c.subject}\` | ${c.from.join(', ')} | ${whoInWords(c.who)} | ${c.summary} |`,
  );
  const events = eventContracts.map(
    (c) => `| \`${c.subject}\` | ${c.publisher} | ${c.consumers.join(', ')} | ${c.summary} |`,
  );
  const nudges = nudgeContracts.map(
    (c) => `| \`${c.subject}\` | ${c.publisher} | ${c.listeners.join(', ')} | ${c.summary} |`,
  );
  return `<!-- Generated from libs/contracts by \`npm run generate\`. Do not edit. -->

# Subjects on the bus

## Requests

| subject | sent by | on behalf of | what |
| --- | --- | --- | --- |
${requests.join('\n')}

## Events

| subject | published by | consumed by | what |
| --- | --- | --- | --- |
${events.join('\n')}

## Nudges

| subject | sent by | heard by | what |
| --- | --- | --- | --- |
${nudges.join('\n')}
`;
}
