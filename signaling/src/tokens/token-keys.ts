/**
 * The keys that tokens are signed with: a directory (a mounted Secret that the operator keeps) of
 *
 *   current.kid    the id of the key to sign with
 *   <kid>.key.pem  its Ed25519 private key, PKCS #8
 *   <kid>.pub.pem  the public key, SPKI, of every key whose tokens are still believed
 *
 * A rotation first adds the new public key, and moves `current.kid` once every replica has seen it. The directory is read again
 * on a timer, and at once when a token names a key that is not known.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@parley/process/log.js';
import { importPKCS8, importSPKI, type CryptoKey } from 'jose';

export const tokenAlgorithm = 'EdDSA';
const reloadIntervalMs = 10_000;
const reloadOnUnknownIntervalMs = 1_000;
const publicKeySuffix = '.pub.pem';

export interface TokenKeys {
  current(): { readonly kid: string; readonly privateKey: CryptoKey };
  /** Undefined when nobody of ours made such a key. */
  publicKey(kid: string): Promise<CryptoKey | undefined>;
  close(): void;
}

interface KeySet {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKeys: ReadonlyMap<string, CryptoKey>;
}

/** @throws Error when the directory holds no usable key. */
export async function openTokenKeys(directory: string, log: Logger): Promise<TokenKeys> {
  let keys = await readKeys(directory);
  let readAtMs = Date.now();
  const reload = async (): Promise<void> => {
    readAtMs = Date.now();
    try {
      keys = await readKeys(directory);
    } catch (error) {
      log.error({ err: error }, 'token keys could not be read again; the earlier ones stay in use');
    }
  };
  const timer = setInterval(() => void reload(), reloadIntervalMs);
  timer.unref();
  return {
    current: () => keys,
    publicKey: async (kid) => {
      if (!keys.publicKeys.has(kid) && Date.now() - readAtMs > reloadOnUnknownIntervalMs) await reload();
      return keys.publicKeys.get(kid);
    },
    close: () => {
      clearInterval(timer);
    },
  };
}

async function readKeys(directory: string): Promise<KeySet> {
  const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
  const kid = (await read('current.kid')).trim();
  const names = (await readdir(directory)).filter((name) => name.endsWith(publicKeySuffix));
  const publicKeys = await Promise.all(
    names.map(
      async (name) =>
        [name.slice(0, -publicKeySuffix.length), await importSPKI(await read(name), tokenAlgorithm)] as const,
    ),
  );
  return {
    kid,
    privateKey: await importPKCS8(await read(`${kid}.key.pem`), tokenAlgorithm),
    publicKeys: new Map(publicKeys),
  };
}
