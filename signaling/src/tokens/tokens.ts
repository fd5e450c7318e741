/** Law 10: what a participant proves its seat with. Signed, short-lived, and of no use for anything but its one purpose. */
import { decodeProtectedHeader, errors, jwtVerify, SignJWT, type CryptoKey } from 'jose';
import { z } from 'zod';
import { RequestFailure } from '../request-failure.js';
import { tokenAlgorithm, type TokenKeys } from './token-keys.js';

const issuer = 'parley';
export const joinTokenTtlMs = 60_000;
export const resumeTokenTtlMs = 24 * 3_600_000;
/** A recording is there some time after its meeting. */
export const hostTokenTtlMs = 24 * 3_600_000;
/** Between replicas. */
const clockToleranceSeconds = 5;

/** A seat in a meeting: what every kind of token is bound to. */
const seatSchema = z.object({
  meetingId: z.string(),
  participantId: z.string(),
  name: z.string(),
  /** The client's wish; empty: none. */
  region: z.string(),
  /** The node that was chosen. */
  node: z.string(),
  /** Of a webinar: it only receives. */
  viewer: z.literal(true).exactOptional(),
  /** It starts, stops, sees and deletes recordings. */
  host: z.literal(true).exactOptional(),
  /** W3C trace context of the join, when traced. */
  trace: z.record(z.string(), z.string()).exactOptional(),
});
export type Seat = z.infer<typeof seatSchema>;

/** host: for REST, given to hosts alone. */
export type TokenPurpose = 'join' | 'resume' | 'host';

export interface IssuedToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

export interface Tokens {
  issue(purpose: TokenPurpose, seat: Seat): Promise<IssuedToken>;
  /** @throws RequestFailure TokenInvalid or TokenExpired. */
  verify(purpose: TokenPurpose, token: string): Promise<Seat>;
}

const ttlMs: Record<TokenPurpose, number> = {
  join: joinTokenTtlMs,
  resume: resumeTokenTtlMs,
  host: hostTokenTtlMs,
};

export function createTokens(keys: TokenKeys): Tokens {
  return {
    issue: async (purpose, seat) => {
      const { kid, privateKey } = keys.current();
      const expiresAtMs = Math.floor((Date.now() + ttlMs[purpose]) / 1_000) * 1_000;
      const token = await new SignJWT({ ...seat })
        .setProtectedHeader({ alg: tokenAlgorithm, kid })
        .setIssuer(issuer)
        .setAudience(audience(purpose))
        .setSubject(seat.participantId)
        .setIssuedAt()
        .setExpirationTime(expiresAtMs / 1_000)
        .sign(privateKey);
      return { token, expiresAtMs };
    },
    verify: async (purpose, token) => {
      try {
        const { payload } = await jwtVerify(token, await keyOf(keys, token), {
          algorithms: [tokenAlgorithm],
          issuer,
          audience: audience(purpose),
          requiredClaims: ['exp', 'sub'],
          clockTolerance: clockToleranceSeconds,
        });
        return seatSchema.parse(payload);
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new RequestFailure('TokenExpired', undefined, { cause: error });
        throw new RequestFailure('TokenInvalid', undefined, { cause: error });
      }
    },
  };
}

function audience(purpose: TokenPurpose): string {
  return `parley/${purpose}`;
}

async function keyOf(keys: TokenKeys, token: string): Promise<CryptoKey> {
  const { kid } = decodeProtectedHeader(token);
  const key = kid === undefined ? undefined : await keys.publicKey(kid);
  if (key === undefined) throw new errors.JOSEError('the token names no key of ours');
  return key;
}
