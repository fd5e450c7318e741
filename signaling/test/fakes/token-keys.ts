import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose';

/** A directory as the operator's Secret is mounted. */
export async function writeTokenKeys(kid = 'k1', directory?: string): Promise<string> {
  const folder = directory ?? (await mkdtemp(join(tmpdir(), 'parley-token-keys-')));
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  await writeFile(join(folder, `${kid}.key.pem`), await exportPKCS8(privateKey));
  await writeFile(join(folder, `${kid}.pub.pem`), await exportSPKI(publicKey));
  await writeFile(join(folder, 'current.kid'), `${kid}\n`);
  return folder;
}
