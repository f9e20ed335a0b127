// The isolate's breakers, one set an environment.
import { logFailure } from '../log.ts';
import { breakersOf } from './breakers-stub.ts';
import { createIsolateBreakers, type IsolateBreakers } from './isolate-breakers.ts';

const created = new WeakMap<object, IsolateBreakers>();

export function isolateBreakersOf(env: Env): IsolateBreakers {
  const known = created.get(env);
  if (known) return known;
  const breakers = createIsolateBreakers({
    ofOrg: (orgId) => breakersOf(env, orgId),
    now: () => Date.now(),
    noteFailure: (error) => logFailure('the breakers of an org could not be asked', error),
  });
  created.set(env, breakers);
  return breakers;
}
