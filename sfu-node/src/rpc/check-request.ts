import { RpcError } from '@parley/proto/rpc-error.js';
import { z } from 'zod';

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/, 'must be 1 to 128 letters, digits, or _ . : -');

/** Ids come from callers and become keys, labels in logs and mediasoup's own ids. @throws RpcError INVALID_ARGUMENT */
export function checkIds(ids: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(ids)) {
    const result = id.safeParse(value);
    if (!result.success)
      throw new RpcError('INVALID_ARGUMENT', `${name} ${result.error.issues[0]?.message ?? 'is wrong'}`);
  }
}

/** @throws RpcError INVALID_ARGUMENT */
export function checkLength(name: string, text: string, maxBytes: number): void {
  if (Buffer.byteLength(text) > maxBytes)
    throw new RpcError('INVALID_ARGUMENT', `${name} takes more than ${maxBytes} bytes`);
}

/** @throws RpcError INVALID_ARGUMENT */
export function checkCount(name: string, items: readonly unknown[], max: number): void {
  if (items.length > max) throw new RpcError('INVALID_ARGUMENT', `${name} holds more than ${max}`);
}
