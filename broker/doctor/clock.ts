import { about, type Finding } from './finding.ts';
import type { DoctorDeps } from './requests.ts';

/** `Date` has whole seconds and took time to arrive, so a difference of a second or two is fine. A cache's response has its `Age` (RFC 9111 §5.1). */
export function checkClock({ now }: Pick<DoctorDeps, 'now'>, name: string, response: Response): Finding[] {
  const clock = about(`${name}: clock`);
  const ageS = Number(response.headers.get('Age') ?? 0);
  const theirs = Date.parse(response.headers.get('Date') ?? '') + ageS * 1_000;
  if (Number.isNaN(theirs)) return [];
  const seconds = Math.round((now() - theirs) / 1_000);
  if (Math.abs(seconds) <= 3) return [clock.ok('clock in sync with the provider')];
  const what = `this server's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the provider's`;
  const cure =
    "Sync this server's clock with NTP. If it is already correct, the provider's clock is wrong: tell its administrator. If the clocks differ too much, sign-ins fail.";
  return [Math.abs(seconds) > 25 ? clock.failed(what, cure) : clock.warning(what, cure)];
}
