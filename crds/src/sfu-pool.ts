import { z } from 'zod';
import { sfupoolSchema } from './gen/sfupool-schema.js';
import type { SFUPoolContent, SFUPoolSpec, SFUPoolStatus } from './gen/sfupool.js';
import { objectMetadataSchema, type ObjectMetadata } from './object-metadata.js';

export type { SFUPoolSpec, SFUPoolStatus } from './gen/sfupool.js';

/** An SFUPool as the API server gives it: defaults are filled in. */
export interface SFUPool {
  readonly metadata: ObjectMetadata;
  readonly spec: SFUPoolSpec;
  readonly status?: SFUPoolStatus | undefined;
}

export type NodeStatus = NonNullable<SFUPoolStatus['nodes']>[number];
export type NodePhase = NodeStatus['phase'];
export type TurnSpec = NonNullable<SFUPoolSpec['turn']>;
export type TurnStatus = NonNullable<SFUPoolStatus['turn']>;
export type TurnPhase = NonNullable<TurnStatus['servers']>[number]['phase'];
export type NetworkingMode = SFUPoolSpec['networking']['mode'];

const content = z.fromJSONSchema(structuredClone(sfupoolSchema) as never) as z.ZodType<SFUPoolContent>;
const pool = z.object({ metadata: objectMetadataSchema });

/** @throws ZodError when it isn't an SFUPool that the API server has taken. */
export function parseSFUPool(json: unknown): SFUPool {
  const { spec, status } = content.parse(json);
  return { metadata: pool.parse(json).metadata, spec, status };
}
