/** Which keys sign join tokens, and which are still believed: a new key is first only published, then signs, then is forgotten. */

export interface TokenKeyFacts {
  readonly kid: string;
  readonly createdAtMs: number;
}

export interface TokenKeyWorld {
  readonly keys: readonly TokenKeyFacts[];
  readonly current: string | undefined;
  readonly nowMs: number;
}

export type TokenKeyAction =
  | { readonly type: 'AddKey' }
  | { readonly type: 'UseKey'; readonly kid: string }
  | { readonly type: 'DropKey'; readonly kid: string };

const DAY_MS = 86_400_000;
export const TOKEN_KEY_LIFE_MS: number = 30 * DAY_MS;
/** By then every replica has read the Secret: kubelets renew mounted Secrets within minutes. */
export const PUBLISH_AHEAD_MS: number = DAY_MS;
/** Far longer than any token lives. */
export const BELIEVED_AFTER_MS: number = DAY_MS;

export function planTokenKeys({ keys, current, nowMs }: TokenKeyWorld): readonly TokenKeyAction[] {
  const sorted = keys.toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.kid < b.kid ? -1 : 1));
  const newest = sorted.at(-1);
  const signing = sorted.find(({ kid }) => kid === current);
  if (newest === undefined) return [{ type: 'AddKey' }];
  if (signing === undefined) return [{ type: 'UseKey', kid: newest.kid }];
  if (newest !== signing)
    return nowMs - newest.createdAtMs >= PUBLISH_AHEAD_MS ? [{ type: 'UseKey', kid: newest.kid }] : [];
  const older = sorted.filter((key) => key !== signing);
  const isSettled = nowMs - signing.createdAtMs >= PUBLISH_AHEAD_MS + BELIEVED_AFTER_MS;
  const drops = isSettled ? older.map(({ kid }): TokenKeyAction => ({ type: 'DropKey', kid })) : [];
  return nowMs - signing.createdAtMs >= TOKEN_KEY_LIFE_MS ? [{ type: 'AddKey' }, ...drops] : drops;
}
