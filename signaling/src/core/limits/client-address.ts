/**
 * The client's address behind `hops` trusted proxies, each of which appended who it got the request from to X-Forwarded-For.
 * What stands further left was written by the client, and is not believed.
 */
export function clientAddress(socketAddress: string, forwardedFor: string | undefined, hops: number): string {
  const forwarded = (forwardedFor ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  const chain = [socketAddress, ...forwarded.toReversed()];
  return chain[Math.min(hops, chain.length - 1)] ?? socketAddress;
}
