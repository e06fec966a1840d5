/**
 * Who leaves and hands their cases over when a panel's on-call doctor is looked at.
 *
 * A hand-over is made when someone is on call who is not the last one known. In a gap nobody takes over, so nobody
 * leaves: responsibility stays with the last doctor on call, who hands over to whoever comes after the gap. Cases that
 * an earlier doctor could not hand over, because they were not accepted while the last one was on call, go to the new
 * one too: only the doctor on call (or the lead) can accept, and the last one no longer is.
 *
 * @param last the last doctor known to be on call; null before the first
 * @param onCall the doctor on call now; null in a gap
 * @param unaccepted the outgoing doctors of the panel's hand-overs that are not complete
 * @returns null when there is no change; otherwise the doctors whose cases go to `onCall`, who is never one of them
 */
export function leavingDoctors(
  last: string | null,
  onCall: string | null,
  unaccepted: readonly string[],
): readonly string[] | null {
  if (onCall === null || onCall === last) return null;
  const leaving = new Set(unaccepted);
  if (last !== null) leaving.add(last);
  leaving.delete(onCall);
  return [...leaving];
}
