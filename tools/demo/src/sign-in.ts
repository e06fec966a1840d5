import { NotAsExpected } from './failure.js';
import { describe, readAnswer, whileAvailableSoon, type Answer, type Session } from './session.js';

const mostHops = 20;

/**
 * Signs a demo person in as their browser would: from the gateway to the identity provider's page, where the person
 * is chosen, and back with a code.
 * @param person key of the person on that page, for example `gp`
 * @param organisation ODS code of the organisation whose own sign-in it is; the platform's, when absent
 * @returns the trace of the request that opened the session.
 */
export async function signIn(
  session: Session,
  person: string,
  organisation?: string,
): Promise<string | undefined> {
  const answer = await whileAvailableSoon(() => attempt(session, person, organisation));
  if (answer.status !== 303) {
    throw new NotAsExpected('the sign-in to lead back to the application', describe(answer), answer.traceId);
  }
  return answer.traceId;
}

/** @returns the callback's answer, or whatever kept the browser from getting that far. */
async function attempt(session: Session, person: string, organisation?: string): Promise<Answer> {
  const start = new URL('/auth/sign-in', session.home);
  if (organisation !== undefined) start.searchParams.set('organisation', organisation);
  const chooser = await follow(session, start);
  if (chooser.done) return chooser.answer;
  const choice = await session.ask(chooser.address, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ person }).toString(),
  });
  const location = choice.headers.get('location');
  if (location === null) return readAnswer(choice);
  const back = await follow(session, new URL(location, chooser.address));
  return back.answer;
}

interface Followed {
  readonly answer: Answer;
  readonly address: URL;
  /** The gateway has answered: with a session, or with why there is none. */
  readonly done: boolean;
}

/** Follows redirects up to a page of the provider's or the gateway's final word. */
async function follow(session: Session, start: URL): Promise<Followed> {
  let address = start;
  for (let hop = 0; hop < mostHops; hop += 1) {
    const response = await session.ask(address);
    const answer = await readAnswer(response);
    const location = response.headers.get('location');
    const atGateway = address.host === new URL(session.home).host;
    if (atGateway && address.pathname === '/auth/callback') return { answer, address, done: true };
    if (location === null) return { answer, address, done: atGateway };
    address = new URL(location, address);
  }
  throw new NotAsExpected('the sign-in to come to an end', `${String(mostHops)} redirects`);
}
