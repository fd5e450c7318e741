/**
 * Links to what a recording has made, signed with the store's keys by computing alone: the store is not asked. Only what the status
 * lists is signed, below the recording's own prefix, and to be read.
 */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { RecordingJob } from '@parley/crds/recording-job.js';
import type { RecordingLinkRefusal } from '@parley/crds/reasons.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { ObjectWriter } from '../kube/apply.js';
import { SECRETS, secretText } from '../resources/secret-resource.js';

/** Long enough to watch a long meeting from one link: a player fetches as it goes. */
const LINK_SECONDS = 14_400;
const FOLDER = 'outputs/';
const SECRET_DEADLINE_MS = 3_000;

export type OutputLink =
  | { readonly type: 'Link'; readonly url: string; readonly expiresAtMs: number }
  | { readonly type: 'Refused'; readonly reason: RecordingLinkRefusal };

export interface LinkDeps {
  readonly reader: Pick<ObjectWriter, 'get'>;
  readonly nowMs: number;
}

export interface LinkWish {
  readonly job: RecordingJob;
  /** Its key below `outputs/`. */
  readonly output: string;
  readonly signal: AbortSignal;
}

/** @throws RpcError NOT_FOUND when it has no such output. */
export async function linkOutput({ reader, nowMs }: LinkDeps, wish: LinkWish): Promise<OutputLink> {
  const { metadata, spec, status } = wish.job;
  const listed = status?.outputs?.some(({ key }) => outputName(key) === wish.output) === true;
  if (!listed || status.location === undefined) throw new RpcError('NOT_FOUND', 'the recording has no such output');
  if (status.deletedAt !== undefined) return { type: 'Refused', reason: 'RecordingDataDeleted' };
  const { s3 } = spec.storage;
  if (s3 === undefined) return { type: 'Refused', reason: 'RecordingOnVolume' };
  const credentials = await keysOf(reader, wish);
  if (credentials === undefined) return { type: 'Refused', reason: 'StoreKeysUnknown' };
  const endpoint = s3.publicEndpoint ?? s3.endpoint;
  const { region, forcePathStyle, bucket } = s3;
  const client = new S3Client({ region, forcePathStyle, credentials, ...(endpoint !== undefined && { endpoint }) });
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: `${status.location.slice(`s3://${bucket}/`.length)}${FOLDER}${wish.output}`,
    // What plays it does not mind; what downloads it names it so.
    ResponseContentDisposition: `attachment; filename="${metadata.name}-${wish.output.replaceAll(/[^-.\w]/g, '_')}"`,
  });
  try {
    const url = await getSignedUrl(client, command, { expiresIn: LINK_SECONDS, signingDate: new Date(nowMs) });
    return { type: 'Link', url, expiresAtMs: nowMs + LINK_SECONDS * 1_000 };
  } finally {
    client.destroy();
  }
}

interface StoreKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Undefined where the identity of the recorder's pod opens the store, or the Secret is not whole. */
async function keysOf(reader: LinkDeps['reader'], { job, signal }: LinkWish): Promise<StoreKeys | undefined> {
  const name = job.spec.storage.s3?.credentialsSecretRef?.name;
  if (name === undefined) return undefined;
  const { namespace } = job.metadata;
  const secret = await reader.get(SECRETS, { namespace, name }, { signal, deadlineMs: SECRET_DEADLINE_MS });
  const text = (key: string): string => secretText(secret, key) ?? '';
  const [accessKeyId, secretAccessKey] = [text('accessKeyId'), text('secretAccessKey')];
  if (accessKeyId === '' || secretAccessKey === '') return undefined;
  const sessionToken = text('sessionToken');
  return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }) };
}

/** Below the recording's `outputs/`. */
function outputName(key: string): string {
  return key.slice(key.lastIndexOf(FOLDER) + FOLDER.length);
}
